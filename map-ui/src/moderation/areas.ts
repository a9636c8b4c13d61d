/** Rectangles on a picture, in parts of it, as they are drawn, moved and grown. */
import type { Area } from '../api/moderation';

/** How far one press of an arrow goes. */
export const STEP = 0.02;
/** Smaller ones are a slip of the hand. */
export const LEAST = 0.01;

const held = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
const round = (value: number) => Math.round(value * 1e4) / 1e4;

/** The rectangle between two corners, in whichever order. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Area {
  const [left, right] = [held(Math.min(a.x, b.x), 0, 1), held(Math.max(a.x, b.x), 0, 1)];
  const [top, bottom] = [held(Math.min(a.y, b.y), 0, 1), held(Math.max(a.y, b.y), 0, 1)];
  return { x: round(left), y: round(top), width: round(right - left), height: round(bottom - top) };
}

/** Moved by a step, within the picture. */
export function moved({ x, y, width, height }: Area, right: number, down: number): Area {
  return { x: round(held(x + right, 0, 1 - width)), y: round(held(y + down, 0, 1 - height)), width, height };
}

/** Grown to the right and down by a step, within the picture. */
export function grown({ x, y, width, height }: Area, right: number, down: number): Area {
  return { x, y, width: round(held(width + right, LEAST, 1 - x)), height: round(held(height + down, LEAST, 1 - y)) };
}

export const large = ({ width, height }: Area) => width >= LEAST && height >= LEAST;
