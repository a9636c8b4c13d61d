/** When work is done, as those set it who keep the calendars. */
import { call } from './call';
import type { Said } from './said';

export type Calendar = Said<'Calendar'>;
export type Wish = Said<'CalendarWish'>;
export type Span = Said<'WorkingSpan'>;
export type Day = Said<'CalendarDay'>;

const path = (code: string) => `/api/calendars/${encodeURIComponent(code)}`;

export const calendars = (signal?: AbortSignal) => call<Calendar[]>('GET', '/api/calendars', { signal });
export const calendar = (code: string) => call<Calendar>('GET', path(code));
/** `version`: of what was seen, 0 of what is new. One that somebody else saved meanwhile is refused with 412. */
export const save = (code: string, wish: Wish, version: number) => call<Calendar>('PUT', path(code), { json: wish, headers: { 'if-match': `"${version}"` } });

/** Only what is set; an answer says more. */
export const wishOf = ({ name, zone, week, days, agencies, city }: Calendar): Wish => ({ name, zone, week, days, agencies, city });
