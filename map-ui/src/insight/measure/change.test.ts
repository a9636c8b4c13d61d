import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, largeChange, lean } from './change.ts';

test('a change has a class on its own side, and none has the middle', () => {
  assert.deepEqual([-9, -6, -5, -1, 0, 1, 5, 6, 9].map((change) => lean(change, 6)), [1, 1, 2, 2, 3, 4, 4, 5, 5]);
  assert.equal(largeChange([1, 2, 3, 6, 11, 20, 37]), 6);
  assert.equal(largeChange([1]), 2);
});

test('per cent is said only of enough', () => {
  assert.deepEqual(compare(112, 100), { kind: 'more', share: 0.12 });
  assert.deepEqual(compare(50, 100), { kind: 'less', share: 0.5 });
  assert.deepEqual(compare(40, 6), { kind: 'few' });
  assert.deepEqual(compare(5, 0), { kind: 'few' });
  assert.deepEqual(compare(0, 0), { kind: 'same' });
  assert.deepEqual(compare(10_001, 10_000), { kind: 'about' });
});
