/** Whose a case is: taken, given back, given to somebody. */
import { call } from './call';
import type { Said } from './said';

export type Given = Said<'CaseGiven'>;
export type Crew = Said<'Crew'>;

export interface Wish {
  team: string;
  /** Null is nobody; left out, the team gives it out as it does. */
  member?: number | null;
  reason: string;
}

export const crew = (id: number, team: string, signal?: AbortSignal) => call<Crew>('GET', `/api/cases/${id}/crew${team ? `?team=${encodeURIComponent(team)}` : ''}`, { signal });
export const take = (id: number, version: number) => call<Given>('POST', `/api/cases/${id}/take`, { json: { version } });
export const release = (id: number, version: number) => call<Given>('POST', `/api/cases/${id}/release`, { json: { version } });
export const give = (id: number, version: number, { team, member, reason }: Wish) =>
  call<Given>('POST', `/api/cases/${id}/assignment`, { json: { version, ...(team && { team }), ...(member !== undefined && { member }), ...(reason && { reason }) } });
