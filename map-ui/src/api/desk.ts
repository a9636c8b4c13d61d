/** The staff's side: session, queue, case. Every answer depends on what the member may see; the server decides. */
import type { Status } from '../words/status';
import { call } from './call';
import type { Moment } from './requests';

export interface Session {
  name: string;
  email: string;
  grants: { role: string; agency: string | null; jurisdiction: string | null; service: string | null }[];
  teams: { code: string; name: string }[];
}

export interface QueueFilters {
  team: string;
  jurisdiction: string;
  services: string[];
  statuses: Status[];
  assignee: string;
  open: boolean;
}

export interface CaseRow {
  id: number;
  number: string;
  service: string;
  service_name: string;
  status: Status;
  priority: string;
  team: string | null;
  jurisdictions: { layer: string; code: string; name: string }[];
  address: string;
  lon: number | null;
  lat: number | null;
  opened_at: Moment;
  updated_at: Moment;
  due_at: Moment | null;
  requests: number;
  photo: string | null;
}

export const session = () => call<Session>('GET', '/api/session');
export const signIn = (email: string, password: string) => call<Session>('POST', '/api/session', { json: { email, password } });
export const signOut = () => call<void>('DELETE', '/api/session');

export function queue(filters: QueueFilters, after: string | null, signal?: AbortSignal): Promise<{ cases: CaseRow[]; next: string | null }> {
  const { services, statuses, ...plain } = filters;
  return call('GET', '/api/cases', {
    query: { ...plain, open: filters.open || undefined, services: services.join(','), statuses: statuses.join(','), after, limit: 50 },
    signal,
  });
}
