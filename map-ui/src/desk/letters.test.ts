import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STATUSES } from '../words/status.ts';
import { LETTERS } from './letters.ts';

test('every status has a letter, and no two share one', () => {
  assert.deepEqual(Object.keys(LETTERS).sort(), [...STATUSES].sort());
  assert.equal(new Set(Object.values(LETTERS)).size, STATUSES.length);
});
