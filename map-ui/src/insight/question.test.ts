import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCell, readClasses, readMode, readSort, readSpan, readWindow, writeClasses, writeSort, writeWindow } from './question.ts';
import { cut, lengthFor } from './time/days.ts';

const query = (text: string) => new URLSearchParams(text);
const steps = cut({ from: '2026-09-28', to: '2026-11-22' }, 'week');

test('without days it is the last eight weeks, from a Monday', () => {
  assert.deepEqual(readSpan({ from: '', to: '' }, '2026-11-22'), { from: '2026-09-28', to: '2026-11-22' });
  assert.deepEqual(readSpan({ from: '', to: '' }, '2026-11-23'), { from: '2026-10-05', to: '2026-11-23' });
  assert.deepEqual(readSpan({ from: '2026-10-01', to: '' }, '2026-11-22'), { from: '2026-10-01', to: '2026-11-22' });
  assert.deepEqual(readSpan({ from: '2026-10-09', to: '2026-10-01' }, '2026-11-22'), { from: '2026-10-01', to: '2026-10-09' });
});

test('more than the server answers is cut to the newest', () => {
  const span = readSpan({ from: '1999-01-01', to: '2026-11-22' }, '2026-11-22');
  assert.equal(cut(span, lengthFor(span)).at(-1)?.to, '2026-11-22');
  assert.equal(cut(span, lengthFor(span)).length, 124);
});

test('a window survives the address, and one that is not there means all', () => {
  for (const window of [{ first: 2, last: 4 }, { first: 0, last: 0 }, { first: 7, last: 7 }]) {
    assert.deepEqual(readWindow(query(`window=${writeWindow(window, steps)}`), steps), window);
  }
  assert.equal(writeWindow({ first: 0, last: 7 }, steps), null);
  for (const text of ['', 'window=x', 'window=2026-11-01..2026-10-01', 'window=2020-01-01..2020-02-01']) assert.deepEqual(readWindow(query(text), steps), { first: 0, last: 7 }, text);
  assert.deepEqual(readWindow(query('window=2020-01-01..2026-10-06'), steps), { first: 0, last: 1 });
});

test('classes, sort and mode are read strictly', () => {
  assert.deepEqual(readClasses(query(`classes=${writeClasses({ first: 2, last: 6 }, 7)}`), 7), { first: 2, last: 6 });
  for (const text of ['', 'classes=0-3', 'classes=5-2', 'classes=2-9', 'classes=a-b']) assert.deepEqual(readClasses(query(text), 7), { first: 0, last: 6 }, text);
  assert.equal(writeClasses({ first: 0, last: 6 }, 7), null);
  assert.deepEqual(readSort(query('sort=-change'), 'districts'), { column: 'change', down: true });
  assert.deepEqual(readSort(query(''), 'time'), { column: 'name', down: false });
  assert.equal(writeSort(readSort(query(''), 'services')), '-count');
  assert.equal(readMode(query('show=nonsense')), 'heat');
  assert.equal(readCell(query('cell=89194ad1c0fffff')), '89194ad1c0fffff');
  assert.equal(readCell(query('cell=<script>')), null);
});
