/** The same question asked for a whole span and for each of its steps, so that any window can be summed without asking again. */
import { sum, type Tally, type Window } from './measure/tally';

export interface Series {
  whole: Tally;
  /** Of each step, once all of them are there. */
  steps: Tally[] | null;
}

/** What a window holds; null while it is not known. */
export function of(series: Series | null, window: Window, steps: number): Tally | null {
  if (!series) return null;
  if (window.first === 0 && window.last === steps - 1) return series.whole;
  return series.steps && sum(series.steps.slice(window.first, window.last + 1));
}
