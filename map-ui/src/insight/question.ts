/** The question of the page is its address. This reads it; components write it back through `ask`. Pure. */
import { daysIn, monday, MOST_STEPS, plus, plusMonths, type Compared, type Span } from './time/days';
import type { Window } from './measure/tally';

export type Mode = 'heat' | 'clusters' | 'change';
export type Tab = 'districts' | 'services' | 'statuses' | 'hexagons' | 'time';
export type Column = 'name' | 'count' | 'change';
export interface Sort {
  column: Column;
  down: boolean;
}

const WEEKS = 8;

/** The days asked for; without any the last eight weeks, this one included. */
export function readSpan({ from, to }: Span, today: string): Span {
  const last = to || (from > today ? from : today);
  const first = from || monday(plus(last, -7 * (WEEKS - 1)));
  const span = first <= last ? { from: first, to: last } : { from: last, to: first };
  // More months than one answer holds: the newest of them.
  const oldest = plusMonths(`${span.to.slice(0, 7)}-01`, 1 - MOST_STEPS);
  return daysIn(span) > 0 && span.from < oldest ? { from: oldest, to: span.to } : span;
}

export function readCompared(query: URLSearchParams): Compared {
  return one(query.get('compared'), ['before', 'year', 'none']);
}

export function readMode(query: URLSearchParams): Mode {
  return one(query.get('show'), ['heat', 'clusters', 'change']);
}

export function readTab(query: URLSearchParams): Tab {
  return one(query.get('table'), ['districts', 'services', 'statuses', 'hexagons', 'time']);
}

/** "-count": most first. A table of time begins in the order of time. */
export function readSort(query: URLSearchParams, tab: Tab): Sort {
  const text = query.get('sort') ?? (tab === 'time' ? 'name' : '-count');
  return { column: one(text.replace('-', ''), ['name', 'count', 'change']), down: text.startsWith('-') };
}

export function writeSort({ column, down }: Sort): string {
  return `${down ? '-' : ''}${column}`;
}

/** The window among the steps, "2026-09-07..2026-09-20"; what lies outside of the steps is cut off, and nothing means all. */
export function readWindow(query: URLSearchParams, steps: readonly Span[]): Window {
  const all = { first: 0, last: Math.max(0, steps.length - 1) };
  const [from, to] = (query.get('window') ?? '').split('..');
  if (!from || !to || from > to) return all;
  const first = steps.findIndex((step) => step.to >= from);
  const last = steps.findLastIndex((step) => step.from <= to);
  return first < 0 || last < 0 || first > last ? all : { first, last };
}

export function writeWindow({ first, last }: Window, steps: readonly Span[]): string | null {
  const whole = first === 0 && last === steps.length - 1;
  return whole ? null : `${steps[first]?.from}..${steps[last]?.to}`;
}

/** The classes of the legend that are shown, "3-7"; the first class is 1. */
export function readClasses(query: URLSearchParams, all: number): Window {
  const found = /^(\d)-(\d)$/.exec(query.get('classes') ?? '');
  const first = Number(found?.[1] ?? 1) - 1;
  const last = Number(found?.[2] ?? all) - 1;
  return first >= 0 && first <= last && last < all ? { first, last } : { first: 0, last: all - 1 };
}

export function writeClasses({ first, last }: Window, all: number): string | null {
  return first === 0 && last === all - 1 ? null : `${first + 1}-${last + 1}`;
}

/** An H3 cell by its hexadecimal name. */
export function readCell(query: URLSearchParams): string | null {
  const cell = query.get('cell') ?? '';
  return /^8[0-9a-f]{14}$/.test(cell) ? cell : null;
}

/** The word if it is one of those, else the first of them. */
function one<T extends string>(word: string | null, words: readonly [T, ...T[]]): T {
  return words.find((known) => known === word) ?? words[0];
}
