/** What residents file, and what anybody may see of it. */
import type { Status } from '../words/status';
import { call, Problem } from './call';
import type { Said } from './said';

/** Epoch milliseconds. */
export type Moment = number;

export type Near = Said<'Candidate'>;

export type Photo = Said<'Uploaded'>;

export interface NewRequest {
  service: string;
  lon?: number;
  lat?: number;
  accuracy_m?: number;
  address?: string;
  description: string;
  answers: Record<string, string | string[]>;
  photos: string[];
  contact?: { first_name?: string; last_name?: string; email?: string; phone?: string };
  language?: string;
  /** The number of the open case this is the same as. */
  join?: string;
  /** The resident has seen the open cases near by and says this is none of them. */
  separate?: boolean;
  /** What a program wrote into the field that no resident sees. */
  website?: string;
}

export type Filed = Said<'Receipt'>;

/** `text` of a move is the status moved to, of a note or comment its words, of a withdrawal the reason. */
export type Step = Omit<Said<'Step'>, 'kind'> & { kind: 'filed' | 'joined' | 'moved' | 'noted' | 'corrected' | 'commented' | 'withdrawn' | 'erased' };

/** What anybody who has the number may see. */
export type Story = Omit<Said<'PublicRequest'>, 'timeline'> & { timeline: Step[] };

export function nearby(lon: number, lat: number, service: string, signal?: AbortSignal): Promise<{ radius_m: number; cases: Near[] }> {
  return call('GET', '/api/nearby', { query: { lon, lat, service }, signal });
}

/** Where and when a photo was taken, read on the phone before it was made smaller. */
export interface Taken {
  lon: number | null;
  lat: number | null;
  taken_at: Moment | null;
}

export function upload(photo: Blob, taken: Taken, signal?: AbortSignal): Promise<Photo> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ lon: taken.lon, lat: taken.lat, taken_at: taken.taken_at })) if (value !== null) form.append(name, String(value));
  form.append('photo', photo, 'photo');
  return call('POST', '/api/photos', { form, signal });
}

/** Work done ahead of a filing, while the resident types: what the server may ask for where many are filed. */
let worked: ReturnType<typeof import('../effort/effort').ahead> | null = null;

/** Asks what a filing will cost, and computes it beside the page. Without an answer the filing asks again. */
export function prepare(): void {
  worked ??= import('../effort/effort').then(({ ahead }) => ahead()).catch(() => null);
}

async function proven(signal?: AbortSignal): Promise<string | undefined> {
  const stopped = new Promise<null>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)));
  const done = await Promise.race([worked, stopped]);
  worked = null;
  return done && done.until > Date.now() ? done.proof : undefined;
}

/** `key` makes asking again safe: the same filing under the same key is filed once. */
export async function file(request: NewRequest, key: string, signal?: AbortSignal): Promise<Filed> {
  const send = (proof?: string) =>
    call<Filed>('POST', '/api/requests', { json: request, headers: { 'idempotency-key': key, ...(proof && { 'proof-of-work': proof }) }, signal });
  try {
    return await send(await proven(signal));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 428) throw error;
    const { solve } = await import('../effort/effort');
    return send(await solve(error.body.challenge as Said<'Challenge'>, signal));
  }
}

export function story(number: string, token?: string | null): Promise<Story> {
  return call('GET', `/api/requests/${encodeURIComponent(number)}`, { query: { token } });
}

/** Adds words and photos to a request that one filed oneself. Everybody can read them. Under the same `key` they are added once. */
export function comment(number: string, said: { token: string; text: string; photos: string[] }, key: string, signal?: AbortSignal): Promise<{ at: Moment }> {
  return call('POST', `/api/requests/${encodeURIComponent(number)}/comments`, { json: said, headers: { 'idempotency-key': key }, signal });
}

export function withdraw(number: string, said: { token: string; reason: string }, signal?: AbortSignal): Promise<Story> {
  return call('POST', `/api/requests/${encodeURIComponent(number)}/withdrawal`, { json: said, signal });
}
