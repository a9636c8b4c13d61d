/** What is held about people: handed out, erased, kept for so long; and the proof that nobody changed the log. */
import type { Status } from '../words/status';
import { call, Problem } from './call';
import type { Said } from './said';

export interface Rule {
  /** Null for every service. */
  service: string | null;
  /** Null for every status in which a case is finished. */
  status: Status | null;
  days: number;
  action: 'anonymise' | 'delete';
}

export type Due = Said<'RetentionDue'>;

export interface Person {
  email?: string;
  phone?: string;
  number?: string;
}

export type Preview = Said<'ErasurePreview'>;

export type Erased = Said<'ErasureDone'>;

export type Hold = Said<'LegalHold'>;

export type Head = Said<'LogHead'>;

export const rules = () => call<{ rules: Rule[] }>('GET', '/api/retention').then((answer) => answer.rules);
export const keepRules = (rules: Rule[]) => call<{ rules: Rule[] }>('PUT', '/api/retention', { json: { rules } });
/** What these rules would do now; nothing is changed. */
export const dryRun = (rules: Rule[]) => call<{ due: Due[] }>('POST', '/api/retention/preview', { json: { rules } }).then((answer) => answer.due);

/** Everything held about the person, as the server wrote it. */
export const exported = (person: Person) => call<{ requests: unknown[] }>('POST', '/api/people/export', { json: person });
export const wouldErase = (person: Person) => call<Preview>('POST', '/api/people/erase', { json: person });
/** `token`: of the preview that was looked at; what changed since is refused with 409. */
export const erase = (person: Person, token: string) => call<Erased>('POST', '/api/people/erase', { json: { ...person, token } });

export const holds = () => call<Hold[]>('GET', '/api/holds');
export const hold = (number: string, reason: string) => call<unknown>('POST', '/api/holds', { json: { number, reason } });
export const release = (caseId: number) => call<void>('DELETE', `/api/holds/${caseId}`);

/** The head that was signed last; null before the first. */
export async function head(): Promise<Head | null> {
  try {
    return await call<Head>('GET', '/api/log/head');
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}
