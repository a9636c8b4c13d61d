/** What a key does in the queue. Letters are obeyed only if they are switched on. */
import { tick } from 'svelte';
import { hand, holdRow } from './hand.svelte.ts';
import { GOALS, keys } from './keys.svelte.ts';
import { openCase } from './links';
import type { Queue } from './queue.svelte.ts';
import { takeRow } from './take';
import { staff } from '../staff/staff.svelte.ts';
import { triage } from './triage.svelte.ts';

/** How long `g` waits for its second letter. */
const PAIR_MS = 1_500;
let paired = 0;

interface Does {
  help(): void;
  show(): void;
}

export function pressed(event: KeyboardEvent, queue: Queue, does: Does): void {
  const { key, shiftKey } = event;
  const row = queue.row(hand.cursor);
  if (event.altKey || event.metaKey || !row) return;
  if (event.ctrlKey) {
    if (key !== 'a') return;
    hand.markAll(queue.ids);
  } else if (paired > Date.now() - PAIR_MS && keys.on) {
    paired = 0;
    if (!aimAt(GOALS[key])) return;
  } else if (!(always(key, shiftKey, queue, row.id) || (keys.on && letter(key, queue, does)))) return;
  event.preventDefault();
}

function always(key: string, shift: boolean, queue: Queue, id: number): boolean {
  if (key === 'ArrowDown') void walk(queue, 1, shift);
  else if (key === 'ArrowUp') void walk(queue, -1, shift);
  else if (key === 'Home') holdRow(queue.ids[0] ?? null);
  else if (key === 'End') holdRow(queue.ids.at(-1) ?? null);
  else if (key === 'Enter') openCase(id, 'heading');
  else if (key === ' ') hand.mark(id);
  else if (key === 'Escape' && hand.marked.size > 0) hand.clear();
  else return false;
  return true;
}

function letter(key: string, queue: Queue, does: Does): boolean {
  const row = queue.row(hand.cursor);
  if (key === 'j') void walk(queue, 1, false);
  else if (key === 'k') void walk(queue, -1, false);
  else if (key === 'x' && row) hand.mark(row.id);
  else if (key === 'o' && row) openCase(row.id, null);
  else if (key === 'n' && row && staff.may('write_note')) openCase(row.id, 'note');
  else if (key === 's' && row && staff.may('move_case')) triage.asking = hand.marked.size > 0 ? queue.cases.filter(({ id }) => hand.marked.has(id)) : [row];
  else if (key === 'a' && row && staff.may('move_case')) void takeRow(row, queue);
  else if (key === 'z' && triage.last.length > 0) void triage.undo(triage.last);
  else if (key === '/') aimAt('team');
  else if (key === 'g') paired = Date.now();
  else if (key === '.' && queue.stale) does.show();
  else if (key === '?') does.help();
  else return false;
  return true;
}

/** The last row leads on to the next page, if there is one. */
async function walk(queue: Queue, way: 1 | -1, range: boolean): Promise<void> {
  const at = queue.ids.indexOf(hand.cursor ?? -1);
  if (range && hand.marked.size === 0 && hand.cursor !== null) hand.mark(hand.cursor);
  if (at + way >= queue.ids.length && queue.next) await queue.more().then(() => tick());
  const next = queue.ids[at + way];
  if (next === undefined) return;
  if (range) hand.markTo(next, queue.ids);
  holdRow(next);
}

function aimAt(filter: string | undefined): boolean {
  const field = filter ? document.getElementById(`filter-${filter}`) : null;
  field?.focus();
  return field !== null;
}
