/** When two requests of a service are about the same thing, as staff set it. */
import { call } from './call';
import type { Service } from './city';
import type { Said } from './said';

export type Setting = Said<'DuplicateSetting'>;
export type Wish = Said<'DuplicateWish'>;
export type Preview = Said<'DuplicatePreview'>;
export type Policy = Wish['policy'];

export const POLICIES: readonly Policy[] = ['suggest', 'flag', 'join'];

const path = (code: string) => `/api/services/${encodeURIComponent(code)}/duplicates`;

/** The services as they are set now: the city's own list is asked once, and would not show what was saved. */
export const services = () => call<Service[]>('GET', '/api/services');

/** What was sent back is compared with what is there: who saves says what they saw. */
export const setting = (code: string, signal?: AbortSignal) => call<Setting>('GET', path(code), { signal });
export const save = (code: string, wish: Wish, version: string) => call<Setting>('PUT', path(code), { json: wish, headers: { 'if-match': `"${version}"` } });
export const preview = (code: string, wish: Wish, signal?: AbortSignal) => call<Preview>('POST', `${path(code)}/preview`, { json: wish, signal });

/** Only what is set; an answer says more. */
export const wishOf = ({ policy, radius_m, window_days, threshold, related }: Setting): Wish => ({ policy, radius_m, window_days, threshold, related });
