import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, minutes } from './duration.ts';

test('a time stands in the largest unit that it fills, and comes back as it was', () => {
  assert.deepEqual(duration(90), { amount: 90, unit: 'minute' });
  assert.deepEqual(duration(120), { amount: 2, unit: 'hour' });
  assert.deepEqual(duration(2880), { amount: 2, unit: 'day' });
  for (const value of [null, 1, 59, 60, 61, 1440, 1500, 5_256_000]) assert.equal(minutes(duration(value)), value);
  assert.equal(minutes({ amount: 1.5, unit: 'hour' }), 90);
});
