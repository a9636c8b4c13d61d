/** How staff come to a password of their own: an invitation, or a link after it was forgotten. */
import { getLocale } from '../paraglide/runtime.js';
import { call } from './call';
import type { Said } from './said';

export type Invitee = Said<'Invitee'>;

export const invitation = (token: string) => call<Invitee>('POST', '/api/invitations', { json: { token } });
export const accept = (token: string, name: string, password: string) => call<void>('POST', '/api/invitations/accept', { json: { token, name, password } });
/** The answer is the same whether or not a member has this address. */
export const forgot = (email: string) => call<void>('POST', '/api/password/forgot', { json: { email, language: getLocale() } });
export const reset = (token: string, password: string) => call<void>('POST', '/api/password/reset', { json: { token, password } });
