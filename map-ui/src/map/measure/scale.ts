/**
 * The heat map's scale: seven classes whose borders stay where they are while one pans, zooms back or steps through time,
 * so that a colour means the same from one picture to the next. It depends only on how much the whole city holds under the
 * same services, statuses and districts, and on the size of the cells. Pure.
 */
export const STEPS = 7;

/** Lower border of each class; the first is always 1, and the borders always rise. */
export type Scale = readonly number[];

/** A child cell holds more than a seventh of a busy parent's requests, because what is broken comes in clumps: about a third. */
const CLUMP = 3;

/**
 * @param busiest requests in the busiest cell of `coarse` resolution in the whole city
 * @param finer how many resolutions finer the drawn cells are
 */
export function scale(busiest: number, finer: number): Scale {
  const top = Math.max(STEPS, busiest / CLUMP ** finer) * 0.75;
  const borders: number[] = [1];
  for (let step = 1; step < STEPS; step++) {
    // Equal factors paint a large city in one colour, squares leave a small one pale: the borders stand midway.
    const share = step / (STEPS - 1);
    const border = round(Math.sqrt(top ** share * (1 + (top - 1) * share ** 2)));
    borders.push(Math.max(border, (borders.at(-1) ?? 0) + 1));
  }
  return borders;
}

/** Two significant digits: a legend is read, not computed with. */
function round(value: number): number {
  if (value < 20) return Math.round(value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

/** The class of a count, 1 to 7; 0 for none. */
export function step(count: number, borders: Scale): number {
  let found = 0;
  for (const border of borders) {
    if (count < border) break;
    found++;
  }
  return found;
}
