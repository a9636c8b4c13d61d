/** Moments as people say them, in the reader's language and the city's time zone (not the phone's). */
import * as m from '../paraglide/messages.js';
import type { Moment } from '../api/requests';
import { localeOfReader } from './locale';
import { zoneOfCity } from './zone';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function format(options: Intl.DateTimeFormatOptions, moment: Moment | Date): string {
  return new Intl.DateTimeFormat(localeOfReader(), { timeZone: zoneOfCity(), ...options }).format(new Date(moment));
}

/** The day as `YYYY-MM-DD`, which is what the filters of the API speak. */
export function isoDay(moment: Moment | Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zoneOfCity(), year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(moment));
}

/** "Friday, 27 November". */
export function longDay(moment: Moment): string {
  return format({ weekday: 'long', day: 'numeric', month: 'long', ...yearIfOther(moment) }, moment);
}

/** "27 Nov". */
export function shortDay(moment: Moment | Date): string {
  return format({ day: 'numeric', month: 'short', ...yearIfOther(moment) }, moment);
}

/** "Today 13:02", "Mon 23 Nov, 13:02". */
export function stamp(moment: Moment): string {
  const time = format({ hour: '2-digit', minute: '2-digit' }, moment);
  if (isoDay(moment) === isoDay(new Date())) return m.today_at({ time });
  return format({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', ...yearIfOther(moment) }, moment);
}

function yearIfOther(moment: Moment | Date): Intl.DateTimeFormatOptions {
  return isoDay(moment).slice(0, 4) === isoDay(new Date()).slice(0, 4) ? {} : { year: 'numeric' };
}

/** "2 days ago", "in 3 hours". */
export function ago(moment: Moment, now = Date.now()): string {
  const away = new Date(moment).getTime() - now;
  const words = new Intl.RelativeTimeFormat(localeOfReader(), { numeric: 'auto' });
  const size = Math.abs(away);
  if (size < HOUR) return words.format(Math.round(away / MINUTE), 'minute');
  if (size < DAY) return words.format(Math.round(away / HOUR), 'hour');
  if (size < 60 * DAY) return words.format(Math.round(away / DAY), 'day');
  if (size < 700 * DAY) return words.format(Math.round(away / (30.4 * DAY)), 'month');
  return words.format(Math.round(away / (365 * DAY)), 'year');
}

/** A span in the two units that matter: "3 d 1 h", "48 min". */
export function span(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  const unit = (value: number, name: string) =>
    new Intl.NumberFormat(localeOfReader(), { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: 0 }).format(Math.floor(value));
  if (size < HOUR) return unit(Math.max(1, size / MINUTE), 'minute');
  if (size < DAY) return `${unit(size / HOUR, 'hour')} ${unit((size % HOUR) / MINUTE, 'minute')}`;
  if (size < 10 * DAY) return `${unit(size / DAY, 'day')} ${unit((size % DAY) / HOUR, 'hour')}`;
  return unit(size / DAY, 'day');
}
