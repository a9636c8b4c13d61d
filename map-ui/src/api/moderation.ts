/** What staff decides about what residents wrote and sent, hints for residents, and strangers' reports. */
import { call } from './call';
import type { Said } from './said';

export type Hint = Said<'Hint'>;
export type Found = Said<'Found'>;
export type Item = Said<'Item'>;
/** A request by its number, or a note by its id. */
export type Target = { request: string } | { note: number };
/** A rectangle in parts of the picture. */
export type Area = Said<'Area'>;

export const waiting = (list: 'waiting' | 'hidden', signal?: AbortSignal) =>
  call<{ items: Item[]; more: boolean }>('GET', '/api/moderation', { query: { list }, signal });

/** What one may want to leave out of one's words; nothing is kept of them. */
export const check = (words: { description: string; answers: Record<string, string> }, signal?: AbortSignal) =>
  call<{ hints: Hint[] }>('POST', '/api/requests/check', { json: words, signal });

const of = (target: Target) => ('request' in target ? `/api/requests/${encodeURIComponent(target.request)}` : `/api/notes/${target.note}`);

export const hide = (target: Target, reason: string) => call<void>('POST', `${of(target)}/visibility`, { json: { hidden: true, reason } });
export const unhide = (target: Target) => call<void>('POST', `${of(target)}/visibility`, { json: { hidden: false } });
/** Its words are public as they are, and reports about it are decided. */
export const approve = (target: Target) => call<void>('POST', `${of(target)}/approval`, { json: {} });

/** Takes characters out for good; `seen` is what stood there. */
export const redact = (target: Target, out: { part: string; from: number; to: number; seen: string; with?: string }) =>
  call<{ text: string }>('POST', `${of(target)}/redactions`, { json: out });

export const reviewPhoto = (id: string, shown: boolean, reason = '') =>
  call<void>('POST', `/api/photos/${id}/review`, { json: { shown, ...(reason && { reason }) } });
export const blacken = (id: string, areas: Area[]) =>
  call<{ id: string; small: string; large: string }>('POST', `/api/photos/${id}/redactions`, { json: { areas } });

export const reportAbuse = (number: string, words: string) =>
  call<void>('POST', `/api/requests/${encodeURIComponent(number)}/report-abuse`, { json: { words } });
