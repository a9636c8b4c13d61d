/** The same question asked for a whole span and for each of its steps, so that any window can be summed without asking again. */
import { sum, type Tally, type Window } from './measure/tally';
import type { Span } from './time/days';

export interface Series {
  whole: Tally;
  /** Of each step, once all of them are there. */
  steps: Tally[] | null;
}

/** How many steps are asked for at a time: the rest of the page wants answers too. */
const AT_ONCE = 4;

export async function eachStep(steps: readonly Span[], ask: (step: Span) => Promise<Tally>): Promise<Tally[]> {
  const found: Tally[] = [];
  const waiting = [...steps.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) found[next[0]] = await ask(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

/** What a window holds; null while it is not known. */
export function of(series: Series | null, window: Window, steps: number): Tally | null {
  if (!series) return null;
  if (window.first === 0 && window.last === steps - 1) return series.whole;
  return series.steps && sum(series.steps.slice(window.first, window.last + 1));
}
