/** Colleagues and keys, for those who manage or audit them. The server says who sees whom, and decides every change again. */
import { call } from './call';
import type { Said } from './said';

export type Colleague = Said<'Colleague'>;
export type Granted = Said<'Granted'>;
export type Key = Said<'ApiKey'>;
/** What a role or a key can be limited to. */
export type Scopes = Said<'Scopes'>;

export const ROLES = ['resident', 'member', 'dispatcher', 'supervisor', 'leader', 'auditor', 'admin'] as const;
export const POWERS = ['file', 'read', 'leader', 'auditor'] as const;

export interface Hiring {
  name: string;
  email: string;
  agency: string | null;
  teams: string[];
  grants: Granted[];
  language: string;
}

export const colleagues = (query: { q?: string; active?: boolean; after?: string }, signal?: AbortSignal) =>
  call<Said<'Colleagues'>>('GET', '/api/staff', { query, signal });
export const colleague = (id: number, signal?: AbortSignal) => call<Colleague>('GET', `/api/staff/${id}`, { signal });
export const scopes = () => call<Scopes>('GET', '/api/scopes');
export const hire = (json: Hiring) => call<Said<'Hired'>>('POST', '/api/staff', { json });
/** `version`: of the member that was seen; one that somebody else changed meanwhile is refused with 412. Nothing comes back of one that is out of sight now. */
export const change = (id: number, version: number, json: Partial<Pick<Colleague, 'name' | 'active' | 'agency' | 'teams'>>) =>
  call<Colleague | undefined>('PATCH', `/api/staff/${id}`, { json, headers: seen(version) });
export const putGrants = (id: number, version: number, json: Granted[]) => call<Colleague | undefined>('PUT', `/api/staff/${id}/grants`, { json, headers: seen(version) });
export const endSessions = (id: number) => call<void>('DELETE', `/api/staff/${id}/sessions`);
export const inviteAgain = (id: number, language: string) => call<Said<'InvitationLink'>>('POST', `/api/staff/${id}/invitation`, { json: { language } });

export const keys = (signal?: AbortSignal) => call<Key[]>('GET', '/api/keys', { signal });
export const makeKey = (json: { name: string; expires_at: number | null; per_minute: number | null; powers: Key['powers'] }) =>
  call<Said<'Made'>>('POST', '/api/keys', { json });
export const withdrawKey = (id: number) => call<void>('DELETE', `/api/keys/${id}`);

function seen(version: number): Record<string, string> {
  return { 'if-match': `"${version}"` };
}
