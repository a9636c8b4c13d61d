/** What a page of the queue, read again, says about the rows on the screen. Pure. */
import type { CaseRow, QueuePage } from '../api/desk';

export interface News {
  /** Rows that are on the screen and have changed. */
  changed: CaseRow[];
  /** Rows that belong to the list by now and are not on the screen. */
  entering: CaseRow[];
  /** Ids of rows on the screen that belong to it no longer. */
  leaving: number[];
}

export type Key = Pick<CaseRow, 'id' | 'opened_at'>;

/** The order of the queue: newest first. */
export function order(a: Key, b: Key): number {
  return b.opened_at - a.opened_at || b.id - a.id;
}

/** `before`: the last row of the page above, null for the first page. A page speaks only for the stretch that it covers. */
export function compare(held: CaseRow[], page: QueuePage, before: Key | null): News {
  const last = page.next === null ? null : (page.cases.at(-1) ?? null);
  const covered = held.filter((row) => (!before || order(before, row) < 0) && (!last || order(row, last) <= 0));
  const known = new Map(held.map((row) => [row.id, row]));
  const found = new Set(page.cases.map(({ id }) => id));
  return {
    changed: page.cases.filter((row) => differs(known.get(row.id), row)),
    entering: page.cases.filter(({ id }) => !known.has(id)),
    leaving: covered.filter(({ id }) => !found.has(id)).map(({ id }) => id),
  };
}

function differs(old: CaseRow | undefined, row: CaseRow): boolean {
  if (!old || old.version > row.version) return false;
  return (['status', 'version', 'updated_at', 'requests', 'due_at', 'closed_at', 'team', 'assignee', 'priority', 'photo', 'address', 'lon', 'lat'] as const).some((field) => old[field] !== row[field]);
}
