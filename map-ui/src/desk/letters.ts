import type { Status } from '../words/status';

/** One letter for each status in the menu of moves: the same in every language, because it is learnt by the finger. */
export const LETTERS: Record<Status, string> = {
  new: 'n', assigned: 'a', in_progress: 'i', pending: 'p', on_hold: 'h', escalated: 'e', reopened: 'o',
  resolved: 'r', closed: 'c', duplicate: 'd', cancelled: 'x', transferred: 't',
};
