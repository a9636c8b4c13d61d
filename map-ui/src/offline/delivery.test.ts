import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../api/call.ts';
import { answered, later } from './delivery.ts';
import type { Kept } from './store.ts';

const report = {
  key: 'k', at: 0, state: 'waiting', request: null, words: {}, title: '', place: '', tries: 0, next: 0,
  photos: [{ key: 'p', id: 'on-the-server', blob: new Blob(['jpeg']), lon: null, lat: null, taken_at: null }],
} as unknown as Kept;

test('what the server says is kept with the report, and nothing loses it', () => {
  const near = [{ number: '4K72-18QX' }];
  assert.deepEqual(answered(report, new Problem(409, '', '', [], { candidates: near })), { ...report, state: 'asked', near });
  const errors = [{ field: 'description', problem: 'is too long' }];
  assert.deepEqual(answered(report, new Problem(422, '', 'Too long.', errors)), { ...report, state: 'refused', problem: 'Too long.', errors });
  for (const error of [new Problem(503, '', ''), new Problem(429, '', ''), new Problem(409, '', 'That very moment.'), new Error('?')]) {
    const after = answered(report, error);
    assert.equal(after.state, 'waiting');
    assert.equal(after.key, 'k', 'the same bytes go under the same key');
    assert.equal(after.tries, 1);
  }
});

test('photos that waited too long at the server are sent again, under another key', () => {
  const after = answered(report, new Problem(422, '', '', [{ field: 'photos', problem: 'is gone' }]));
  assert.equal(after.state, 'waiting');
  assert.notEqual(after.key, 'k');
  assert.equal(after.photos[0]?.id, null);
});

test('each wait is twice as long, up to five minutes', () => {
  const waits = [0, 1, 2, 20].map((tries) => later({ ...report, tries }, 0, 1).next);
  assert.deepEqual(waits, [4_000, 8_000, 16_000, 300_000]);
  assert.ok(later(report, 0, 0).next >= 2_000);
});
