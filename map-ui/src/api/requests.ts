/** What residents file, and what anybody may see of it. */
import type { Status } from '../words/status';
import { call } from './call';
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
}

export type Filed = Said<'Receipt'>;

/** `text` of a move is the status moved to, of a note or comment its words, of a withdrawal the reason. */
export type Step = Omit<Said<'Step'>, 'kind'> & { kind: 'filed' | 'joined' | 'moved' | 'noted' | 'commented' | 'withdrawn' };

/** What anybody who has the number may see. */
export type Story = Omit<Said<'PublicRequest'>, 'timeline'> & { timeline: Step[] };

export function nearby(lon: number, lat: number, service: string, signal?: AbortSignal): Promise<{ radius_m: number; cases: Near[] }> {
  return call('GET', '/api/nearby', { query: { lon, lat, service }, signal });
}

export function upload(photo: Blob, signal?: AbortSignal): Promise<Photo> {
  const form = new FormData();
  form.append('photo', photo, 'photo');
  return call('POST', '/api/photos', { form, signal });
}

/** `key` makes asking again safe: the same filing under the same key is filed once. */
export function file(request: NewRequest, key: string, signal?: AbortSignal): Promise<Filed> {
  return call('POST', '/api/requests', { json: request, headers: { 'idempotency-key': key }, signal });
}

export function story(number: string, token?: string | null): Promise<Story> {
  return call('GET', `/api/requests/${encodeURIComponent(number)}`, { query: { token } });
}

/** Adds words and photos to a request that one filed oneself. Everybody can read them. */
export function comment(number: string, said: { token: string; text: string; photos: string[] }, signal?: AbortSignal): Promise<{ at: Moment }> {
  return call('POST', `/api/requests/${encodeURIComponent(number)}/comments`, { json: said, signal });
}

export function withdraw(number: string, said: { token: string; reason: string }, signal?: AbortSignal): Promise<Story> {
  return call('POST', `/api/requests/${encodeURIComponent(number)}/withdrawal`, { json: said, signal });
}
