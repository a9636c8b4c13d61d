import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Counts } from '../../api/insight.ts';
import { byStep, sum, tallyOf, tallyOfSteps, within } from './tally.ts';

const counts = (total: number, service: string): Counts => ({
  total, unplaced: 1, position: 1, days: [],
  services: [{ code: service, name: service, count: total }],
  statuses: [{ status: 'new', count: total }],
  jurisdictions: [{ layer: 'district', code: 'a', name: 'A', count: total - 1 }, { layer: 'depot', code: 'a', name: 'A', count: 1 }],
});

test('tallies of steps make the tally of the window', () => {
  const whole = sum([tallyOf(counts(4, 'lamp')), tallyOf(counts(2, 'hole')), tallyOf(counts(1, 'lamp'))]);
  assert.equal(whole.total, 7);
  assert.equal(whole.unplaced, 3);
  assert.deepEqual(whole.services, { lamp: 5, hole: 2 });
  assert.deepEqual(whole.statuses, { new: 7 });
  assert.deepEqual(whole.jurisdictions, { 'district:a': 4, 'depot:a': 3 });
  assert.equal(sum([]).total, 0);
});

test('a window holds both of its ends', () => {
  assert.equal(within([1, 2, 4, 8], { first: 1, last: 2 }), 6);
  assert.equal(within([1, 2, 4, 8], { first: 3, last: 3 }), 8);
  assert.equal(within([], { first: 0, last: 5 }), 0);
});

test('days fall into the step that holds them', () => {
  const steps = [{ from: '2026-06-01', to: '2026-06-07' }, { from: '2026-06-08', to: '2026-06-10' }];
  assert.deepEqual(byStep([['2026-05-31', 9], ['2026-06-01', 1], ['2026-06-07', 2], ['2026-06-08', 4], ['2026-06-11', 9]], steps), [3, 4]);
});

test('an answer by steps is a tally for each, without what the step has none of', () => {
  const step = (total: number, unplaced: number) => ({ from: '2026-06-01', to: '2026-06-07', total, unplaced });
  const [first, second] = tallyOfSteps({
    position: 1, steps: [step(3, 1), step(2, 0)],
    services: { lamp: [3, 0], hole: [0, 2] }, statuses: { new: [3, 2] }, jurisdictions: { 'district:a': [2, 2] },
  });
  assert.deepEqual(first, { total: 3, unplaced: 1, services: { lamp: 3 }, statuses: { new: 3 }, jurisdictions: { 'district:a': 2 } });
  assert.deepEqual(second?.services, { hole: 2 });
  assert.equal(sum([first, second].flatMap((one) => one ?? [])).total, 5);
});
