/** A week of working hours in words, and minutes of the day as clocks show them. */
import type { Span } from '../api/calendars';
import { localeOfReader } from './locale';

/** The names of the weekdays, Monday first. */
export function weekdays(how: 'long' | 'short'): string[] {
  const words = new Intl.DateTimeFormat(localeOfReader(), { weekday: how, timeZone: 'UTC' });
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, nth) => words.format(Date.UTC(2024, 0, 1 + nth)));
}

/** "08:30"; the end of the day is "24:00". */
export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** "Mon–Fri 08:00–17:00, Sat 09:00–12:00": days without hours are left out. */
export function weekInWords(week: Span[][]): string {
  const names = weekdays('short');
  const hours = week.map((spans) => spans.map(({ from, to }) => `${clock(from)}–${clock(to)}`).join(' + '));
  const groups: { first: number; last: number; hours: string }[] = [];
  for (const [nth, words] of hours.entries()) {
    const before = groups.at(-1);
    if (before?.hours === words) before.last = nth;
    else groups.push({ first: nth, last: nth, hours: words });
  }
  const days = ({ first, last }: { first: number; last: number }) => (first === last ? names[first] : `${names[first]}–${names[last]}`);
  return groups.filter((group) => group.hours !== '').map((group) => `${days(group)} ${group.hours}`).join(', ');
}
