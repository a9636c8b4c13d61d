import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsOf, sorted } from './rows.ts';

const names = new Map([['a', 'Old Town'], ['b', 'Harbor'], ['c', 'Lakeshore']]);

test('rows hold what is, what was, and what has a name though it has nothing', () => {
  const rows = rowsOf({ a: 3 }, { b: 2 }, names, ['c']);
  assert.deepEqual(sorted(rows, { column: 'name', down: false }).map(({ name, count, before }) => [name, count, before]), [['Harbor', 0, 2], ['Lakeshore', 0, 0], ['Old Town', 3, 0]]);
  assert.equal(rowsOf({ a: 3 }, null, names)[0]?.before, null);
});

test('rows are sorted by count, by change and by name, both ways', () => {
  const rows = rowsOf({ a: 5, b: 1, c: 1 }, { a: 9, b: 1, c: 0 }, names);
  const keys = (column: 'name' | 'count' | 'change', down: boolean) => sorted(rows, { column, down }).map(({ key }) => key).join('');
  assert.equal(keys('count', true), 'abc');
  assert.equal(keys('count', false), 'bca');
  assert.equal(keys('change', true), 'cba');
  assert.equal(keys('change', false), 'abc');
  assert.equal(keys('name', true), 'acb');
});
