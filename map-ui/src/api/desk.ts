/** The staff's side: session, queue, case. Every answer depends on what the member may see; the server decides. */
import type { Status } from '../words/status';
import { call } from './call';
import type { Moment } from './requests';

export interface Session {
  name: string;
  email: string;
  grants: { role: string; agency: string | null; jurisdiction: string | null; service: string | null }[];
  /** Codes of the member's teams. */
  teams: string[];
}

export interface QueueFilters {
  team: string;
  jurisdiction: string;
  services: string[];
  statuses: Status[];
  /** `me`, `none`, an id, or empty for anybody. */
  assignee: string;
  /** Unfinished, finished, or both. */
  open: boolean | undefined;
  /** West, south, east, north with commas; empty for everywhere. */
  bbox: string;
}

export interface QueuePage {
  cases: CaseRow[];
  next: string | null;
}

export interface CaseRow {
  id: number;
  number: string;
  service: string;
  service_name: string;
  status: Status;
  priority: string;
  team: string | null;
  team_name: string | null;
  assignee: string | null;
  jurisdictions: { layer: string; code: string; name: string }[];
  address: string;
  lon: number | null;
  lat: number | null;
  opened_at: Moment;
  updated_at: Moment;
  due_at: Moment | null;
  closed_at: Moment | null;
  requests: number;
  photo: string | null;
  /** Counts the decisions made over it; sent back with a move, so that nobody overrules unseen. */
  version: number;
}

export interface FiledRequest {
  number: string;
  source: string;
  filed_at: Moment;
  description: string;
  address: string;
  accuracy_m: number | null;
  language: string;
  media_url: string;
  joined: boolean;
  answers: { code: string; question: string; values: string[] }[];
  photos: { id: string; state: string; small: string; large: string }[];
  contact: { first_name: string; last_name: string; email: string; phone: string } | null;
}

/** Why a case went where it went. */
export interface Why {
  because?: string;
  place?: 'missing' | 'inside' | 'outside' | 'unmapped';
  jurisdictions?: { layer: string; code: string; name: string; metres_to_border: number; owns: boolean }[];
  tried?: { name?: string; rule?: string; matched?: boolean; because?: string }[];
  passed_over?: number;
  team?: { code: string; name: string };
}

/** Another case close by, open or finished lately. */
export interface NearCase {
  id: number;
  number: string;
  service_name: string;
  status: Status;
  metres: number;
  opened_at: Moment;
  request_count: number;
  lon: number;
  lat: number;
}

export interface WholeCase extends Omit<CaseRow, 'requests' | 'photo'> {
  agency: string | null;
  request_count: number;
  requests: FiledRequest[];
  notes: { id: number; created_at: Moment; by: string | null; kind: string; public: boolean; text: string }[];
  duplicates: { id: number; number: string; status: Status; metres: number; decision: string }[];
  /** Absent from a server that does not look around. */
  nearby?: NearCase[];
  why: Why | null;
  /** Where it may go from here; empty for those who may not move it. */
  moves: Status[];
}

export interface Entry {
  at: Moment;
  kind: string;
  text: string;
  public: boolean;
  by: string | null;
  request: string | null;
}

/** Where a case stands after a move. */
export interface Moved {
  id: number;
  status: Status;
  closed_at: Moment | null;
  version: number;
  moves: Status[];
}

export const NOTE_KINDS = ['progress', 'contact', 'internal', 'resolution', 'followup'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

export const session = () => call<Session>('GET', '/api/session');
export const signIn = (email: string, password: string) => call<Session>('POST', '/api/session', { json: { email, password } });
export const signOut = () => call<void>('DELETE', '/api/session');

export const PAGE = 50;

export function queue(filters: QueueFilters, after: string | null, signal?: AbortSignal): Promise<QueuePage> {
  return call('GET', '/api/cases', {
    query: {
      team: filters.team,
      jurisdiction: filters.jurisdiction,
      services: filters.services.join(','),
      statuses: filters.statuses.join(','),
      assignee: filters.assignee,
      open: filters.open,
      bbox: filters.bbox,
      after,
      limit: PAGE,
    },
    signal,
  });
}

/**
 * One case as a row of the queue, whatever the filters: asked for by its place, because opening the whole case counts as
 * a look at who filed it. Null for one without a place, or that is out of the member's reach by now.
 */
export async function oneRow({ id, lon, lat }: Pick<CaseRow, 'id' | 'lon' | 'lat'>): Promise<CaseRow | null> {
  if (lon === null || lat === null) return null;
  const hair = 0.000001;
  const bbox = [lon - hair, lat - hair, lon + hair, lat + hair].map((degree) => degree.toFixed(7)).join(',');
  const { cases } = await call<QueuePage>('GET', '/api/cases', { query: { bbox, limit: PAGE } });
  return cases.find((row) => row.id === id) ?? null;
}

export const wholeCase = (id: number, signal?: AbortSignal) => call<WholeCase>('GET', `/api/cases/${id}`, { signal });
export const timeline = (id: number, signal?: AbortSignal) => call<Entry[]>('GET', `/api/cases/${id}/timeline`, { signal });
/** `version`: of the case that was seen; a case that somebody else decided over meanwhile is refused with 409. `shown`: residents read the reason. */
export const move = (id: number, to: Status, version: number, reason: string, shown: boolean) =>
  call<Moved>('POST', `/api/cases/${id}/moves`, { json: { to, ...(reason && { reason, public: shown }) }, headers: { 'if-match': `"${version}"` } });
export const note = (id: number, text: string, kind: NoteKind, shown: boolean) =>
  call<unknown>('POST', `/api/cases/${id}/notes`, { json: { text, kind, public: shown } });
