/** The twelve statuses of a case: their order, their shape and tone, their word in the reader's language. */
import * as m from '../paraglide/messages.js';
import type { ShapeName } from './shapes';

export const STATUSES = [
  'new', 'assigned', 'in_progress', 'pending', 'on_hold', 'escalated', 'reopened',
  'resolved', 'closed', 'duplicate', 'cancelled', 'transferred',
] as const;
export type Status = (typeof STATUSES)[number];

/** Statuses in which somebody still has to do something. */
export const OPEN: readonly Status[] = STATUSES.slice(0, 7);
export const FINISHED: readonly Status[] = STATUSES.slice(7);

export type Tone = 'blue' | 'accent' | 'grey' | 'red' | 'amber' | 'green';

const LOOKS: Record<Status, { shape: ShapeName; tone: Tone; word: () => string }> = {
  new: { shape: 'ring', tone: 'blue', word: m.status_new },
  assigned: { shape: 'half', tone: 'accent', word: m.status_assigned },
  in_progress: { shape: 'threeQuarter', tone: 'accent', word: m.status_in_progress },
  pending: { shape: 'pause', tone: 'grey', word: m.status_pending },
  on_hold: { shape: 'pause', tone: 'grey', word: m.status_on_hold },
  escalated: { shape: 'triangle', tone: 'red', word: m.status_escalated },
  reopened: { shape: 'loop', tone: 'blue', word: m.status_reopened },
  resolved: { shape: 'discTick', tone: 'green', word: m.status_resolved },
  closed: { shape: 'squareTick', tone: 'grey', word: m.status_closed },
  duplicate: { shape: 'twoSquares', tone: 'grey', word: m.status_duplicate },
  cancelled: { shape: 'squareTick', tone: 'grey', word: m.status_cancelled },
  transferred: { shape: 'twoWay', tone: 'grey', word: m.status_transferred },
};

/** An unknown word (a newer server) looks like a closed one and keeps its own name. */
export function look(status: string): { shape: ShapeName; tone: Tone; word: string } {
  const known = LOOKS[status as Status];
  return known ? { ...known, word: known.word() } : { shape: 'squareTick', tone: 'grey', word: status.replaceAll('_', ' ') };
}

export function isStatus(word: string): word is Status {
  return word in LOOKS;
}
