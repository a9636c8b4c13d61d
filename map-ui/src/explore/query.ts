/** The map page's state is its address. This reads it, and says which parameters write it back. */
import type { Filters } from '../api/map';
import { isStatus, OPEN, FINISHED, type Status } from '../words/status';

export type Show = 'heat' | 'requests' | 'both';
export type Twin = 'requests' | 'cells';

export function readFilters(query: URLSearchParams): Filters {
  return {
    services: list(query.get('services')),
    statuses: readStatuses(query.get('statuses')),
    jurisdictions: list(query.get('jurisdictions')),
    from: day(query.get('from')),
    to: day(query.get('to')),
  };
}

/** `open` and `finished` stand for their statuses, so that a link says what it means. */
function readStatuses(text: string | null): Status[] {
  if (text === 'open') return [...OPEN];
  if (text === 'finished') return [...FINISHED];
  return list(text).filter(isStatus);
}

export function writeStatuses(statuses: readonly Status[]): string {
  if (same(statuses, OPEN)) return 'open';
  if (same(statuses, FINISHED)) return 'finished';
  return statuses.join(',');
}

export function same<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((one) => others.includes(one));
}

export function readShow(query: URLSearchParams): Show {
  const word = query.get('show');
  return word === 'heat' || word === 'requests' ? word : 'both';
}

export function readTwin(query: URLSearchParams): Twin {
  return query.get('table') === 'cells' ? 'cells' : 'requests';
}

function list(text: string | null): string[] {
  return (text ?? '').split(',').filter((part) => part !== '');
}

function day(text: string | null): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? (text ?? '') : '';
}
