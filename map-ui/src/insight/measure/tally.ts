/** How many requests there are by district, service and status, and the same summed over steps. Pure. */
import type { Counts, CountSteps } from '../../api/insight';

export interface Tally {
  total: number;
  unplaced: number;
  /** `layer:code`. */
  jurisdictions: Record<string, number>;
  services: Record<string, number>;
  statuses: Record<string, number>;
}

export type Groups = 'jurisdictions' | 'services' | 'statuses';

/** Steps from the first to the last, both included. */
export interface Window {
  first: number;
  last: number;
}

export function tallyOf(counts: Counts): Tally {
  return {
    total: counts.total,
    unplaced: counts.unplaced,
    jurisdictions: Object.fromEntries(counts.jurisdictions.map(({ layer, code, count }) => [`${layer}:${code}`, count])),
    services: Object.fromEntries(counts.services.map(({ code, count }) => [code, count])),
    statuses: Object.fromEntries(counts.statuses.map(({ status, count }) => [status, count])),
  };
}

/** One tally for each step. */
export function tallyOfSteps({ steps, jurisdictions, services, statuses }: CountSteps): Tally[] {
  const at = (counts: Record<string, number[]>, step: number) =>
    Object.fromEntries(Object.entries(counts).flatMap(([key, found]) => (found[step] ? [[key, found[step]]] : [])) as [string, number][]);
  return steps.map(({ total, unplaced }, step) => ({ total, unplaced, jurisdictions: at(jurisdictions, step), services: at(services, step), statuses: at(statuses, step) }));
}

export function sum(tallies: readonly Tally[]): Tally {
  const whole: Tally = { total: 0, unplaced: 0, jurisdictions: {}, services: {}, statuses: {} };
  for (const tally of tallies) {
    whole.total += tally.total;
    whole.unplaced += tally.unplaced;
    for (const group of ['jurisdictions', 'services', 'statuses'] as const) {
      for (const [key, count] of Object.entries(tally[group])) whole[group][key] = (whole[group][key] ?? 0) + count;
    }
  }
  return whole;
}

/** The sum of the counts of a window. */
export function within(counts: readonly number[], { first, last }: Window): number {
  let found = 0;
  for (let step = first; step <= last; step++) found += counts[step] ?? 0;
  return found;
}

/** Counts of days gathered into steps. */
export function byStep(days: Counts['days'], steps: readonly { from: string; to: string }[]): number[] {
  return steps.map(({ from, to }) => days.reduce((found, [day, count]) => (day >= from && day <= to ? found + count : found), 0));
}
