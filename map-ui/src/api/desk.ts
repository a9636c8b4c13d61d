/** The staff's side: session, queue, case. Every answer depends on what the member may see; the server decides. */
import type { Status } from '../words/status';
import { call } from './call';
import type { Said } from './said';

export type Session = Said<'Session'>;

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

export type QueuePage = Said<'Page'>;

export type CaseRow = Said<'Queued'>;

export type FiledRequest = Said<'Request'>;

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
export type NearCase = Said<'Around'>;

export type WholeCase = Omit<Said<'Whole'>, 'why'> & { why: Why | null };

export type Entry = Said<'Entry'>;

/** Where a case stands after a move. */
export type Moved = Said<'Moved'>;

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
