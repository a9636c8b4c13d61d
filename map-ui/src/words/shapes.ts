/**
 * Shapes of the statuses on a 16 grid: one drawing for the page (SVG) and for the map (canvas), so that a pin and a row
 * say the same. Shape speaks before colour; see `status.ts` for the words.
 */
export interface Shape {
  /** What is filled with the status's colour. */
  fill?: string;
  /** What is drawn as a line in the status's colour, two units wide. */
  line?: string;
  /** What is cut out of the filling, drawn as a line in the colour of the ground. */
  cut?: string;
}

const DISC = 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z';
const RING = 'M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11z';

export const SHAPES = {
  ring: { line: RING },
  half: { line: RING, fill: 'M8 2.5a5.5 5.5 0 0 1 0 11z' },
  threeQuarter: { line: RING, fill: 'M8 8V2.5A5.5 5.5 0 1 1 2.5 8z' },
  pause: { fill: DISC, cut: 'M6.2 5.3v5.4M9.8 5.3v5.4' },
  triangle: { fill: 'M8 1.5 15 14.5H1z', cut: 'M8 6v4M8 12v.6' },
  loop: { line: 'M3 8a5.2 5.2 0 1 0 1.8-3.9M4.6 1.2v3.2h3.2' },
  discTick: { fill: DISC, cut: 'm5 8.2 2.1 2.1L11 6' },
  squareTick: { fill: 'M3.6 1.6h8.8a2 2 0 0 1 2 2v8.8a2 2 0 0 1-2 2H3.6a2 2 0 0 1-2-2V3.6a2 2 0 0 1 2-2z', cut: 'm4.8 8.2 2.2 2.1L11.2 6' },
  twoSquares: { line: 'M10.5 4V3A1.5 1.5 0 0 0 9 1.5H3A1.5 1.5 0 0 0 1.5 3v6A1.5 1.5 0 0 0 3 10.5h1', fill: 'M7 5.5h6A1.5 1.5 0 0 1 14.5 7v6a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 13V7A1.5 1.5 0 0 1 7 5.5z' },
  twoWay: { line: 'M2 5.5h11M10 2.5l3 3-3 3M14 10.5H3M6 7.8l-3 2.7 3 2.7' },
  octagon: { fill: 'M5 1.5h6l3.5 3.5v6L11 14.5H5L1.5 11V5z', cut: 'M8 4.6v4.2M8 11v.7' },
  diamondClock: { line: 'M8 1.2 14.8 8 8 14.8 1.2 8zM8 5v3.3l1.8 1.2' },
  clock: { line: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.8V8l2.2 1.4' },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;
