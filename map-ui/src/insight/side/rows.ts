/** The rows of the tables: what has a name, how many there are, how many there were. Pure. */
import type { Sort } from '../question';

export interface Row {
  /** What it is in the address: `layer:code`, a service's code, a status, a cell, a span of days. */
  key: string;
  name: string;
  count: number;
  /** Null: nothing to compare with. */
  before: number | null;
  /** Second line of the name. */
  sub?: string;
  lon?: number;
  lat?: number;
  /** Its colour on the map. */
  step?: number;
}

/** Everything that has any now or had any before, and whatever else has a name of its own. */
export function rowsOf(now: Record<string, number>, before: Record<string, number> | null, names: ReadonlyMap<string, string>, always: readonly string[] = []): Row[] {
  const keys = new Set([...always, ...Object.keys(now), ...Object.keys(before ?? {})]);
  return [...keys].map((key) => ({ key, name: names.get(key) ?? key, count: now[key] ?? 0, before: before && (before[key] ?? 0) }));
}

/** Sorted by a column; equal ones keep the order of their names, and time keeps its own order. */
export function sorted(rows: readonly Row[], { column, down }: Sort, inTime = false): Row[] {
  const value = (row: Row) => (column === 'count' ? row.count : row.count - (row.before ?? 0));
  const byName = (a: Row, b: Row) => (inTime ? a.key.localeCompare(b.key) : a.name.localeCompare(b.name) || a.key.localeCompare(b.key));
  return rows.toSorted((a, b) => {
    if (column === 'name') return down ? byName(b, a) : byName(a, b);
    return (down ? value(b) - value(a) : value(a) - value(b)) || byName(a, b);
  });
}
