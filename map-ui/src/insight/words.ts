/** Spans, steps and comparisons as people say them. */
import * as m from '../paraglide/messages.js';
import { count } from '../words/figures';
import { localeOfReader } from '../words/locale';
import { shortDay } from '../words/times';
import type { Asked } from './asked';
import { compare } from './measure/change';
import type { Length, Span } from './time/days';

/** Noon of Greenwich is the same date nearly everywhere. */
const noon = (day: string) => new Date(`${day}T12:00:00Z`);
const said = (day: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(localeOfReader(), { timeZone: 'UTC', ...options }).format(noon(day));

export const day = (text: string) => shortDay(noon(text));

/** "1 Sep to 22 Nov". */
export function spanWord({ from, to }: Span): string {
  return from === to ? day(from) : m.dates_between({ from: day(from), to: day(to) });
}

/** Where a sentence begins. */
export const opening = (text: string) => text.charAt(0).toLocaleUpperCase(localeOfReader()) + text.slice(1);

/** "week of 1 September", "Monday, 1 September", "September 2026". */
export function stepWord({ from }: Span, length: Length): string {
  if (length === 'month') return said(from, { month: 'long', year: 'numeric' });
  if (length === 'day') return said(from, { weekday: 'long', day: 'numeric', month: 'long' });
  return m.insight_week_of({ day: said(from, { day: 'numeric', month: 'long' }) });
}

/** Under a bar, short: "1 Sep", "Sep", and the year where it begins. */
export function tickWord({ from }: Span, length: Length): string {
  if (length !== 'month') return said(from, { day: 'numeric', month: 'short' });
  return from.slice(5, 7) === '01' ? from.slice(0, 4) : said(from, { month: 'short' });
}

export function stepsWord(count: number, length: Length): string {
  return { day: m.insight_days, week: m.insight_weeks, month: m.insight_months }[length]({ count });
}

/** What stands in the question: "the 8 weeks before". */
export function comparedWord({ compared, length, steps }: Asked): string {
  if (compared === 'none') return m.insight_compared_none();
  if (compared === 'before') return m.insight_compared_before({ steps: stepsWord(steps.length, length), count: steps.length });
  return { day: m.insight_compared_year_days, week: m.insight_compared_year_weeks, month: m.insight_compared_year_months }[length]();
}

/** The same within a sentence: "in the 8 weeks before", "from 8 Jun to 21 Jun", "on 8 Jun". */
function period(asked: Asked, back: Span, whole: boolean): string {
  if (whole && asked.compared === 'before') return m.insight_in_before({ steps: stepsWord(asked.steps.length, asked.length), count: asked.steps.length });
  return back.from === back.to ? m.insight_on_day({ day: day(back.from) }) : m.insight_from_to({ from: day(back.from), to: day(back.to) });
}

export const percent = (share: number) =>
  new Intl.NumberFormat(localeOfReader(), { style: 'percent', maximumFractionDigits: share < 0.1 ? 1 : 0 }).format(share);

/** "+12", "−3", "0": the sign always stands, with a true minus. */
export const signed = (change: number) =>
  new Intl.NumberFormat(localeOfReader(), { signDisplay: 'exceptZero' }).format(change).replace('-', '−');

/** The answer to the question, as one sentence. */
export function answerWord(total: number, earlier: number | null, asked: Asked, back: Span | null, whole: boolean): string {
  const requests = m.insight_total({ count: total, shown: count(total) });
  if (earlier === null || !back) return m.insight_answer_plain({ requests });
  const when = period(asked, back, whole);
  const compared = compare(total, earlier);
  if (compared.kind === 'few') return m.insight_answer_few({ requests, before: count(earlier), period: when });
  if (compared.kind === 'same') return m.insight_answer_same({ requests, period: when });
  if (compared.kind === 'about') return m.insight_answer_about({ requests, period: when });
  const words = { requests, percent: percent(compared.share), period: when };
  return compared.kind === 'more' ? m.insight_answer_more(words) : m.insight_answer_less(words);
}
