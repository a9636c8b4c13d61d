import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseRow } from '../api/desk.ts';
import { compare, order } from './news.ts';

const row = (id: number, more: Partial<CaseRow> = {}) => ({ id, opened_at: id * 10, status: 'new', version: 1, ...more }) as CaseRow;

test('what changed, what would enter, what would leave', () => {
  const news = compare([row(5), row(4), row(3)], { cases: [row(6), row(5, { status: 'assigned', version: 2 }), row(3)], next: null }, null);
  assert.deepEqual(news.changed.map(({ id }) => id), [5]);
  assert.deepEqual(news.entering.map(({ id }) => id), [6]);
  assert.deepEqual(news.leaving, [4]);
});

test('a page speaks only for the stretch that it covers', () => {
  const held = [row(9), row(8), row(7), row(6), row(5)];
  // Two new ones pushed 7 off the end of a first page of three: it has not left.
  assert.deepEqual(compare(held, { cases: [row(11), row(10), row(9)], next: 'x' }, null).leaving, []);
  assert.deepEqual(compare(held, { cases: [row(6)], next: null }, held[1] ?? null).leaving, [7, 5]);
});

test('an answer that was overtaken by one’s own move changes nothing', () => {
  assert.deepEqual(compare([row(5, { version: 3, status: 'assigned' })], { cases: [row(5, { version: 2 })], next: null }, null).changed, []);
});

test('newest first, and by id where two came at once', () => {
  assert.deepEqual([row(1), row(3), { ...row(4), opened_at: 30 }].sort(order).map(({ id }) => id), [4, 3, 1]);
});
