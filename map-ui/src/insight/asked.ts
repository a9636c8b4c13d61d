/** One asking: which requests, which days, in which steps, against which. Every answer keeps the asking it belongs to. */
import type { Filters } from '../api/map';
import { back, type Compared, cut, type Length, lengthFor, type Span } from './time/days';
import { readCompared, readSpan } from './question';
import { readFilters } from '../explore/query';

export interface Asked {
  filters: Filters;
  span: Span;
  length: Length;
  steps: Span[];
  compared: Compared;
  /** What the span is compared with, step by step; null: with nothing. */
  back: { span: Span; steps: Span[] } | null;
}

export function askedBy(query: URLSearchParams, today: string): Asked {
  const read = readFilters(query);
  const span = readSpan(read, today);
  const length = lengthFor(span);
  const compared = readCompared(query);
  const earlier = compared === 'none' ? null : back(span, length, compared);
  return {
    filters: { ...read, ...span },
    span,
    length,
    steps: cut(span, length),
    compared,
    back: earlier && { span: earlier, steps: cut(earlier, length) },
  };
}

export function during(filters: Filters, { from, to }: Span): Filters {
  return { ...filters, from, to };
}
