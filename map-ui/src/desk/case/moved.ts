/** Reads a move out of the history. The server tells it in English words, "New → Assigned"; the page says it in the reader's. */
import type { Entry } from '../../api/desk';
import { isStatus, type Status } from '../../words/status';

export function movesIn({ kind, text }: Pick<Entry, 'kind' | 'text'>): { from: Status; to: Status } | null {
  if (kind !== 'moved') return null;
  const [from = '', to = ''] = text.split(' → ').map((word) => word.trim().toLowerCase().replaceAll(' ', '_'));
  return isStatus(from) && isStatus(to) ? { from, to } : null;
}
