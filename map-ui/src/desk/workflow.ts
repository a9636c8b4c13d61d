/**
 * Which moves a case can make, for what the desk offers before it asks: the rows of the queue carry none. The same table
 * as the server's `cases/workflow.rs`; the server has the last word. Pure.
 */
import { OPEN, type Status } from '../words/status';

const ENDINGS: readonly Status[] = ['resolved', 'closed', 'duplicate', 'cancelled', 'transferred'];

const ONWARD: Record<Status, readonly Status[]> = {
  new: ['assigned', 'in_progress', 'pending', 'on_hold', 'escalated'],
  reopened: ['assigned', 'in_progress', 'pending', 'on_hold', 'escalated'],
  assigned: ['new', 'in_progress', 'pending', 'on_hold', 'escalated'],
  in_progress: ['assigned', 'pending', 'on_hold', 'escalated'],
  pending: ['assigned', 'in_progress', 'on_hold', 'escalated'],
  on_hold: ['assigned', 'in_progress', 'pending', 'escalated'],
  escalated: ['assigned', 'in_progress', 'pending', 'on_hold'],
  resolved: ['closed', 'reopened'],
  closed: ['reopened'],
  duplicate: ['reopened'],
  cancelled: ['reopened'],
  transferred: ['reopened'],
};

export function legal(from: Status): readonly Status[] {
  const onward = ONWARD[from] ?? [];
  return OPEN.includes(from) ? [...onward, ...ENDINGS] : onward;
}

/** Ending without having done the work, or undoing an ending, is a decision that somebody will ask about. */
export function needsReason(from: Status, to: Status): boolean {
  return ['duplicate', 'cancelled', 'transferred', 'reopened'].includes(to) || (to === 'closed' && from !== 'resolved');
}

/**
 * The moves that undo a move: back at once where the table allows it, else by one step between, else as far as reopening
 * goes. Empty where nothing leads back. Each of them is a move like any other and stands in the history.
 */
export function wayBack(before: Status, after: Status): Status[] {
  const next = legal(after);
  if (next.includes(before)) return [before];
  const between = (['reopened', 'assigned'] as const).find((step) => next.includes(step) && legal(step).includes(before));
  if (between) return [between, before];
  return next.includes('reopened') ? ['reopened'] : [];
}

/** One letter for each status in the menu of moves: the same in every language, because it is learnt by the finger. */
export const LETTERS: Record<Status, string> = {
  new: 'n', assigned: 'a', in_progress: 'i', pending: 'p', on_hold: 'h', escalated: 'e', reopened: 'o',
  resolved: 'r', closed: 'c', duplicate: 'd', cancelled: 'x', transferred: 't',
};
