/** Residents' own requests: a code to a mail address or telephone, a short session, the list. */
import { getLocale } from '../paraglide/runtime.js';
import type { Status } from '../words/status';
import { call } from './call';
import type { Said } from './said';

export type Mine = Omit<Said<'Mine'>, 'status'> & { status: Status };

export type To = { email: string } | { phone: string };

/** The answer is the same whether or not anything was filed with it. */
export const askCode = (to: To) => call<Said<'Until'>>('POST', '/api/my/code', { json: { ...to, language: getLocale() } });
export const enterCode = (code: string) => call<Said<'Until'>>('POST', '/api/my/session', { json: { code } });
export const leave = () => call<void>('DELETE', '/api/my/session');
export const myRequests = (before?: string | null) => call<{ requests: Mine[]; next: string | null }>('GET', '/api/my/requests', { query: { before } });
