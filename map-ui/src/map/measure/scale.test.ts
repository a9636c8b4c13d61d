import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scale, step, STEPS } from './scale.ts';

test('borders begin at one and always rise, however little or much the city holds', () => {
  for (const busiest of [0, 1, 7, 50, 999, 1e6]) {
    for (const finer of [-4, 0, 1, 2, 3]) {
      const borders = scale(busiest, finer);
      assert.equal(borders.length, STEPS);
      assert.equal(borders[0], 1);
      borders.forEach((border, index) => index > 0 && assert.ok(border > (borders[index - 1] ?? 0), `${busiest} ${finer} ${borders}`));
    }
  }
});

test('a count falls into the class whose border it has reached', () => {
  const borders = [1, 2, 4, 8, 16, 32, 64];
  assert.deepEqual([0, 1, 3, 4, 63, 64, 1000].map((count) => step(count, borders)), [0, 1, 2, 3, 6, 7, 7]);
});

test('the scale is the same for the same city, whatever is in view', () => {
  assert.deepEqual(scale(1200, 2), scale(1200, 2));
  assert.ok((scale(1200, 1).at(-1) ?? 0) > (scale(1200, 3).at(-1) ?? 0), 'larger cells hold more');
});

test('neither a large city is of one colour nor a small one pale', () => {
  const share = (counts: number[], borders: readonly number[], wanted: number) => counts.filter((count) => step(count, borders) === wanted).length / counts.length;
  // What hexagons held in Boston's first half of 2015, at every tenth of them.
  const boston = [3, 8, 30, 75, 130, 200, 260, 320, 420, 501, 1098];
  for (let one = 1; one <= STEPS; one++) assert.ok(share(boston, scale(1515, 0), one) <= 0.37, `class ${one} of ${scale(1515, 0)}`);
  const small = [1, 1, 2, 2, 3, 3, 4, 5, 8, 12, 17];
  for (let one = 1; one <= STEPS; one++) assert.ok(share(small, scale(43, 0), one) <= 0.55, `class ${one} of ${scale(43, 0)}`);
});
