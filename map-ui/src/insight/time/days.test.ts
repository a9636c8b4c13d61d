import assert from 'node:assert/strict';
import { test } from 'node:test';
import { back, cut, daysIn, lengthFor, MOST_STEPS, plus, plusMonths } from './days.ts';

const span = (from: string, to: string) => ({ from, to });

test('weeks begin on Monday, and the ends are cut short', () => {
  assert.deepEqual(cut(span('2026-06-03', '2026-06-16'), 'week'), [span('2026-06-03', '2026-06-07'), span('2026-06-08', '2026-06-14'), span('2026-06-15', '2026-06-16')]);
  assert.deepEqual(cut(span('2026-01-31', '2026-03-01'), 'month'), [span('2026-01-31', '2026-01-31'), span('2026-02-01', '2026-02-28'), span('2026-03-01', '2026-03-01')]);
  assert.equal(cut(span('2026-02-27', '2026-03-01'), 'day').length, 3);
});

test('steps follow each other without a gap, and are never more than the server answers', () => {
  for (const [from, to] of [['2024-02-27', '2024-03-05'], ['2025-12-20', '2026-11-22'], ['2016-01-01', '2026-01-01']] as const) {
    const steps = cut(span(from, to), lengthFor(span(from, to)));
    assert.ok(steps.length <= MOST_STEPS);
    assert.equal(steps[0]?.from, from);
    assert.equal(steps.at(-1)?.to, to);
    steps.forEach((step, index) => index > 0 && assert.equal(step.from, plus(steps[index - 1]?.to ?? '', 1)));
  }
});

test('the length of a step grows with the span', () => {
  assert.equal(lengthFor(span('2026-11-01', '2026-11-22')), 'day');
  assert.equal(lengthFor(span('2026-09-28', '2026-11-22')), 'week');
  assert.equal(lengthFor(span('2023-01-01', '2026-11-22')), 'month');
});

test('what is compared has as many steps, each as long as its counterpart', () => {
  for (const one of [span('2026-09-28', '2026-11-22'), span('2026-09-30', '2026-11-19'), span('2026-11-01', '2026-11-22')]) {
    for (const compared of ['before', 'year'] as const) {
      const length = lengthFor(one);
      const other = back(one, length, compared);
      assert.deepEqual(cut(other, length).map(daysIn), cut(one, length).map(daysIn));
      assert.ok(other.to < one.from);
    }
  }
});

test('months go back by months, and a whole month stays one', () => {
  assert.deepEqual(back(span('2025-01-01', '2026-02-28'), 'month', 'before'), span('2023-11-01', '2024-12-31'));
  assert.deepEqual(back(span('2024-02-01', '2026-02-28'), 'month', 'year'), span('2023-02-01', '2025-02-28'));
  assert.equal(plusMonths('2026-03-30', -1), '2026-02-28');
  assert.equal(plusMonths('2026-03-15', -15), '2024-12-15');
});
