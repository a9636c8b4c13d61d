import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CaseRow } from '../api/desk.ts';
import { compare as comparing, displaced, ORDERS } from './news.ts';

const compare = (...[held, page, before]: [CaseRow[], { cases: CaseRow[]; next: string | null }, CaseRow | null]) => comparing(held, page, before, ORDERS.opened);
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
  assert.deepEqual([row(1), row(3), { ...row(4), opened_at: 30 }].sort(ORDERS.opened).map(({ id }) => id), [4, 3, 1]);
});

test('due first, by id where two are due at once, and last what nobody promised', () => {
  const rows = [row(1, { due_at: null }), row(4, { due_at: 30 }), row(3, { due_at: 30 }), row(2, { due_at: 90 })];
  assert.deepEqual(rows.sort(ORDERS.due).map(({ id }) => id), [3, 4, 2, 1]);
  assert.equal(displaced(rows, ORDERS.due), false);
  assert.equal(displaced([row(3, { due_at: 95 }), ...rows.slice(2)], ORDERS.due), true);
});

test('by what is due, a page speaks for what is due within it, and what is new may stand in its middle', () => {
  const held = [row(1, { due_at: 10 }), row(9, { due_at: 20 }), row(5, { due_at: 40 }), row(3, { due_at: null })];
  const first = comparing(held, { cases: [row(1, { due_at: 10 }), row(7, { due_at: 15 })], next: 'x' }, null, ORDERS.due);
  assert.deepEqual([first.entering.map(({ id }) => id), first.leaving], [[7], []]);
  const second = comparing(held, { cases: [row(5, { due_at: 40 })], next: null }, held[0] ?? null, ORDERS.due);
  assert.deepEqual(second.leaving, [9, 3]);
});

test('a clock that was stopped is a change', () => {
  assert.equal(comparing([row(5)], { cases: [row(5, { paused_at: 7 })], next: null }, null, ORDERS.due).changed.length, 1);
});
