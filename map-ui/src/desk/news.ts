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

export type Key = Pick<CaseRow, 'id' | 'opened_at' | 'due_at'>;
export type Order = (a: Key, b: Key) => number;

/** Where the server puts what nobody promised: behind everything that is due. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** The orders of the queue, as the server cuts its pages. */
export const ORDERS = {
  opened: (a: Key, b: Key) => b.opened_at - a.opened_at || b.id - a.id,
  due: (a: Key, b: Key) => (a.due_at ?? NEVER) - (b.due_at ?? NEVER) || a.id - b.id,
} as const satisfies Record<string, Order>;
export type Sort = keyof typeof ORDERS;

/** `before`: the last row of the page above, null for the first page. A page speaks only for the stretch that it covers. */
export function compare(held: CaseRow[], page: QueuePage, before: Key | null, order: Order): News {
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

/** Whether a row stands where it does not belong any more: a clock that stood and went on moves what is due. */
export function displaced(rows: Key[], order: Order): boolean {
  return rows.some((row, index) => index > 0 && order(rows[index - 1] as Key, row) > 0);
}

function differs(old: CaseRow | undefined, row: CaseRow): boolean {
  if (!old || old.version > row.version) return false;
  return (['status', 'version', 'updated_at', 'requests', 'due_at', 'paused_at', 'closed_at', 'team', 'assignee', 'priority', 'photo', 'address', 'lon', 'lat'] as const).some((field) => old[field] !== row[field]);
}
