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
  /** By when it was opened, newest first, or by when it is due. */
  sort: 'opened' | 'due';
  /** Whether both orders are to be had. */
  sortable: boolean;
}

export type QueuePage = Said<'Page'>;

export type CaseRow = Said<'Queued'>;

export type FiledRequest = Said<'Request'>;

/** Why a case went where it went. */
export interface Why {
  because?: string;
  place?: 'missing' | 'inside' | 'outside' | 'unmapped';
  jurisdictions?: { layer: string; code: string; name: string; metres_to_border: number; owns: boolean }[];
  tried?: { rule: string; matched: boolean; because: string; held?: Held[] }[];
  passed_over?: number;
  /** What decided; a jurisdiction by its name. Missing on cases from before this was kept. */
  by?: 'rule' | 'settings' | { jurisdiction: string };
  team?: { code: string; name: string };
}

/** A condition of a rule that held. */
export type Held = { kind: 'service'; code: string } | { kind: 'jurisdiction'; place: string } | { kind: 'answer'; attribute: string; value: string }
  | { kind: 'near'; asset: string; name: string; metres: number; property?: string | null; value?: string | null };

/** Another case close by, open or finished lately. */
export type NearCase = Said<'Around'>;

export type WholeCase = Omit<Said<'Whole'>, 'why'> & { why: Why | null };

/** The parts of what happened are there for the kinds of entries that have them. */
export type Entry = Omit<Said<'Entry'>, keyof Said<'Told'>> & Partial<Said<'Told'>>;

/** Where a case stands after a move. */
export type Moved = Said<'Moved'>;

export const NOTE_KINDS = ['progress', 'contact', 'internal', 'resolution', 'followup'] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

export const session = () => call<Session>('GET', '/api/session');
/** With a second factor the answer only says what comes next. */
export const signIn = (email: string, password: string) => call<Session | Said<'Waiting'>>('POST', '/api/session', { json: { email, password } });
export const secondStep = (second: { code: string } | { recovery_code: string }) => call<Session>('POST', '/api/session/code', { json: second });
/** Whoever came by the provider of identities is told where that ends its own session. */
export const signOut = () => call<Said<'Farewell'> | undefined>('DELETE', '/api/session');

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
      sort: filters.sort === 'due' ? 'due' : null,
      after,
      limit: PAGE,
    },
    signal,
  });
}

/**
 * Some cases as rows of the queue, whatever the filters; those out of the member's reach by now are left out. Opening the
 * whole case instead would count as a look at who filed it.
 */
export async function rowsOf(ids: number[]): Promise<CaseRow[]> {
  if (ids.length === 0) return [];
  const { cases } = await call<QueuePage>('GET', '/api/cases', { query: { ids: ids.join(','), limit: ids.length } });
  return cases;
}

export const wholeCase = (id: number, signal?: AbortSignal) => call<WholeCase>('GET', `/api/cases/${id}`, { signal });
export const timeline = (id: number, signal?: AbortSignal) => call<Entry[]>('GET', `/api/cases/${id}/timeline`, { signal });
/** `version`: of the case that was seen; a case that somebody else decided over meanwhile is refused with 409. `shown`: residents read the reason. */
export const move = (id: number, to: Status, version: number, reason: string, shown: boolean) =>
  call<Moved>('POST', `/api/cases/${id}/moves`, { json: { to, ...(reason && { reason, public: shown }) }, headers: { 'if-match': `"${version}"` } });
/** A case's place or service put right: tried first, then confirmed over the version of the case and of the rules that were seen. */
export type Correction = Said<'Correction'>;
export type CorrectionWish = { place?: { lon: number; lat: number }; service?: string; dry_run?: boolean; version: number; routing?: number };
export const correct = (id: number, wish: CorrectionWish, signal?: AbortSignal) => call<Correction>('POST', `/api/cases/${id}/corrections`, { json: wish, signal });
export const note = (id: number, text: string, kind: NoteKind, shown: boolean) =>
  call<unknown>('POST', `/api/cases/${id}/notes`, { json: { text, kind, public: shown } });
