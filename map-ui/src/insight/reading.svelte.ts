/** What the page says of what it knows, for the window and the classes of the address. Asks nobody: every step is there. */
import { here } from '../app/route.svelte.ts';
import { scale, step as classOf, STEPS, type Scale } from '../map/measure/scale';
import { during } from './asked';
import { COARSE, type Findings } from './findings.svelte.ts';
import { largeChange, lean, LEANS } from './measure/change';
import { byStep, within, type Window } from './measure/tally';
import { readClasses, readTab, readWindow } from './question';
import { of } from './series';
import type { Span } from './time/days';

export interface CellNow {
  cell: string;
  lon: number;
  lat: number;
  seen: boolean;
  count: number;
  before: number;
  /** Its class on the legend, from 1; 0: nothing to be drawn. */
  step: number;
}

const NOTHING: Window = { first: 0, last: 0 };

/** Known before the fields of `Reading` are made from it. */
class Knowing {
  protected readonly found: Findings;
  constructor(found: Findings) {
    this.found = found;
  }
}

export class Reading extends Knowing {
  tab = $derived(readTab(here.query));
  steps = $derived(this.found.answer?.asked.steps ?? []);
  window = $derived(readWindow(here.query, this.steps));
  whole = $derived(this.window.first === 0 && this.window.last === this.steps.length - 1);
  /** First and last day of the window, and of what it is compared with. */
  span = $derived(spanOf(this.steps, this.window));
  backSpan = $derived(this.found.answer?.asked.back ? spanOf(this.found.answer.asked.back.steps, this.window) : null);
  bars = $derived(this.found.answer ? byStep(this.found.answer.days, this.steps) : []);
  outline = $derived(this.found.answer?.then ? byStep(this.found.answer.then.days, this.found.answer.asked.back?.steps ?? []) : null);
  total = $derived(within(this.bars, this.window));
  /** As many there were in what it is compared with; null: nothing to compare with. */
  earlier = $derived(this.outline && within(this.outline, this.window));
  tally = $derived(of(this.found.answer?.now ?? null, this.window, this.steps.length));
  earlierTally = $derived(of(this.found.answer?.then ?? null, this.window, this.steps.length));
  filters = $derived(this.span && this.found.answer ? during(this.found.answer.asked.filters, this.span) : null);

  /** Borders of the colours: from the whole span and the whole city, so that neither a step nor a move changes them. */
  borders: Scale = $derived(scale(this.found.answer?.busiest ?? 0, (this.found.cells?.resolution ?? COARSE) - COARSE));
  large = $derived(largeChange(this.borders));
  changing = $derived(this.found.mode === 'change');
  classes = $derived(this.changing ? LEANS.length : STEPS);
  brush = $derived(readClasses(here.query, this.classes));

  partly = $derived(this.brush.first > 0 || this.brush.last < this.classes - 1);

  cells: CellNow[] = $derived.by(() => {
    const { cells, answer } = this.found;
    if (!cells) return [];
    const window = readWindow(here.query, cells.asked.steps);
    return cells.cells.flatMap(({ cell, lon, lat, seen, now, then }) => {
      const count = within(now, window);
      const before = answer?.then ? within(then, window) : 0;
      if (count + before === 0) return [];
      const step = this.changing ? (answer?.then ? lean(count - before, this.large) : 0) : classOf(count, this.borders);
      return [{ cell, lon, lat, seen, count, before, step }];
    });
  });
  /** How many cells in view each class has. */
  histogram = $derived.by(() => {
    const found = Array.from({ length: this.classes }, () => 0);
    for (const { seen, step } of this.cells) if (seen && step > 0) found[step - 1] = (found[step - 1] ?? 0) + 1;
    return found;
  });
  shown = $derived(this.cells.filter(({ step }) => step > 0 && step - 1 >= this.brush.first && step - 1 <= this.brush.last));
  /** What each drawn cell looks like: a step of the heat or a lean of the change. */
  looks = $derived(new Map(this.shown.map(({ cell, step }) => [cell, this.changing ? (LEANS[step - 1] ?? '') : `h${step}`])));
  clusters = $derived.by(() => {
    const { clusters, answer } = this.found;
    if (!clusters) return [];
    const window = readWindow(here.query, clusters.asked.steps);
    const whole = window.first === 0 && window.last === clusters.asked.steps.length - 1;
    return clusters.clusters.flatMap((cluster) => {
      const count = whole ? cluster.count : within(cluster.now, window);
      return count > 0 ? [{ ...cluster, count, before: answer?.then ? within(cluster.then, window) : 0 }] : [];
    });
  });

  /** What the opened cell holds: its whole, even where it reaches out of the view. */
  opened = $derived.by(() => {
    const { opened, answer } = this.found;
    const tally = opened && of(opened.series, this.window, this.steps.length);
    const known = <T extends { cell: string }>(some: readonly T[] | undefined) => some?.find(({ cell }) => cell === this.found.cell);
    const drawn = known(this.cells) ?? known(this.clusters);
    const bars = opened?.series.steps?.map(({ total }) => total) ?? (known(this.found.cells?.cells) ?? known(this.found.clusters?.clusters))?.now ?? null;
    return { tally, count: tally?.total ?? drawn?.count ?? null, before: answer?.then && drawn ? drawn.before : null, bars };
  });
}

function spanOf(steps: readonly Span[], { first, last }: Window = NOTHING): Span | null {
  const [begin, end] = [steps[first], steps[last]];
  return begin && end ? { from: begin.from, to: end.to } : null;
}
