/** Within what time a city promises an answer and an end, service by service, as staff sets it. */
import { call } from './call';
import type { Said } from './said';

export type Setting = Said<'PromiseSetting'>;
export type Target = Said<'Target'>;
export type Priority = NonNullable<Target['priority']>;

export const PRIORITIES: readonly Priority[] = ['low', 'normal', 'high', 'urgent'];

const path = (code: string) => `/api/services/${encodeURIComponent(code)}/promises`;

export const setting = (code: string, signal?: AbortSignal) => call<Setting>('GET', path(code), { signal });
/** `version`: of what was seen. What somebody else saved meanwhile is refused with 412. */
export const save = (code: string, targets: Target[], version: string) => call<Setting>('PUT', path(code), { json: { targets }, headers: { 'if-match': `"${version}"` } });
