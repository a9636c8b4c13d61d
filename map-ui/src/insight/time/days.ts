/** Days as the API speaks them (`YYYY-MM-DD`), cut into steps and moved back to what they are compared with. Pure. */

export type Length = 'day' | 'week' | 'month';

/** First and last day, both included. */
export interface Span {
  from: string;
  to: string;
}

const DAY = 86_400_000;
/** A bar is wide enough to be taken by a finger up to here; then steps grow longer. */
const MOST_DAYS = 35;
const MOST_WEEKS = 60;
/** The most steps the server answers at once. */
export const MOST_STEPS = 124;

const read = (day: string) => new Date(`${day}T00:00:00Z`);
const write = (date: Date) => date.toISOString().slice(0, 10);

export function plus(day: string, days: number): string {
  return write(new Date(read(day).getTime() + days * DAY));
}

export function daysIn({ from, to }: Span): number {
  return Math.round((read(to).getTime() - read(from).getTime()) / DAY) + 1;
}

/** Days since Monday. */
function weekday(day: string): number {
  return (read(day).getUTCDay() + 6) % 7;
}

function endOfMonth(day: string): string {
  const date = read(day);
  return write(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)));
}

/** The same day some months on; the last day of a month stays the last day. */
export function plusMonths(day: string, months: number): string {
  const date = read(day);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0));
  const kept = day === endOfMonth(day) ? 31 : date.getUTCDate();
  return write(new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(kept, last.getUTCDate()))));
}

export function monday(day: string): string {
  return plus(day, -weekday(day));
}

export function lengthFor(span: Span): Length {
  if (daysIn(span) <= MOST_DAYS) return 'day';
  return cut(span, 'week').length <= MOST_WEEKS ? 'week' : 'month';
}

/** The steps of a span as the server cuts them: weeks from Monday, the first and the last step cut short where they must be. */
export function cut({ from, to }: Span, length: Length): Span[] {
  const steps: Span[] = [];
  for (let first = from; first <= to && steps.length < MOST_STEPS; ) {
    const whole = length === 'day' ? first : length === 'week' ? plus(monday(first), 6) : endOfMonth(first);
    const last = whole < to ? whole : to;
    steps.push({ from: first, to: last });
    first = plus(last, 1);
  }
  return steps;
}

export type Compared = 'before' | 'year' | 'none';

/**
 * What a span is compared with: as many steps right before it, or a year before. Weeks and days go back by whole weeks, so
 * that the same weekdays are compared and each step has its counterpart of the same length.
 */
export function back(span: Span, length: Length, compared: Exclude<Compared, 'none'>): Span {
  const steps = cut(span, length).length;
  if (length === 'month') {
    const months = compared === 'year' ? 12 : steps;
    return { from: plusMonths(span.from, -months), to: plusMonths(span.to, -months) };
  }
  const days = compared === 'year' ? 364 : length === 'week' ? steps * 7 : steps;
  return { from: plus(span.from, -days), to: plus(span.to, -days) };
}
