/** How much more or less: as a class of the diverging ramp, and whether it may be said in per cent. Pure. */
import type { Scale } from '../../map/measure/scale';

/** Two classes fewer, none, two classes more. */
export const LEANS = ['n2', 'n1', 'n0', 'p1', 'p2'] as const;
export type Lean = (typeof LEANS)[number];

/** From how many on a change is a large one: where the fourth colour of the heat begins, so that it does not move with time. */
export function largeChange(borders: Scale): number {
  return Math.max(2, borders[3] ?? 2);
}

/** The class of a change, 1 to 5; 3 is "as many". */
export function lean(change: number, large: number): number {
  if (change === 0) return 3;
  if (change < 0) return change <= -large ? 1 : 2;
  return change >= large ? 5 : 4;
}

/** Under this many, a share of them says more than they do: "100 % more" may be one request. */
const FEW = 20;

export type Comparison = { kind: 'more' | 'less'; share: number } | { kind: 'same' } | { kind: 'about' } | { kind: 'few' };

/** How a count may be compared in a sentence. Less than half a per cent is nothing anybody should hear of. */
export function compare(count: number, before: number): Comparison {
  if (count === before) return { kind: 'same' };
  if (before < FEW) return { kind: 'few' };
  const share = (count - before) / before;
  if (Math.abs(share) < 0.005) return { kind: 'about' };
  return { kind: share > 0 ? 'more' : 'less', share: Math.abs(share) };
}
