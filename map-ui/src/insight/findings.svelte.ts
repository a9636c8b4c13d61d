/**
 * What the page knows: asks the server for what the address wants, and keeps each answer on the screen until the next is
 * there. All steps of the span are loaded, so that a window moves among them without asking again.
 */
import { asking, Problem } from '../api/call';
import { type Areas, areas, type City, city, type Layer, layers, type Service, services, WORLD } from '../api/city';
import { dividing } from '../api/ground';
import { counts, type Counts, countSteps } from '../api/insight';
import { listen } from '../api/live';
import { heat } from '../api/map';
import { here } from '../app/route.svelte.ts';
import { readFilters } from '../explore/query';
import { readPlace, type View } from '../map/measure/view';
import { isoDay } from '../words/times';
import { keepTimeOf } from '../words/zone';
import { type Asked, askedBy, during } from './asked';
import { type CellTallies, type Gathered, loadCells, loadClusters } from './cells';
import { sum, tallyOf, tallyOfSteps } from './measure/tally';
import { readCell, readMode } from './question';
import type { Series } from './series';

/** The scale is measured on cells of this resolution, some five square kilometres: few answers even for a large city. */
export const COARSE = 7;
const PATIENCE_MS = 90;
const NO_NEWS: ReadonlySet<string> = new Set();

export interface Answer {
  asked: Asked;
  days: Counts['days'];
  now: Series;
  /** The same of what it is compared with; null: nothing to compare with. */
  then: (Series & { days: Counts['days'] }) | null;
  /** Requests in the busiest coarse cell of the whole span: the scale hangs on it. */
  busiest: number;
}

export class Findings {
  city = $state.raw<City | null>(null);
  services = $state.raw<Service[]>([]);
  layers = $state.raw<Layer[]>([]);
  areas = $state.raw<Areas | null>(null);
  view = $state.raw<View | null>(null);
  answer = $state.raw<Answer | null>(null);
  cells = $state.raw<CellTallies | null>(null);
  clusters = $state.raw<Gathered | null>(null);
  /** What the opened cell is made of. */
  opened = $state.raw<{ cell: string; series: Series } | null>(null);
  counting = $state(true);
  drawing = $state(true);
  failure = $state.raw<unknown>(null);
  attempt = $state(0);
  /** Requests that others filed or moved since the numbers were read; null: nobody knows how many. They wait until asked for. */
  news = $state.raw<ReadonlySet<string> | null>(NO_NEWS);

  offline = $derived(this.failure instanceof Problem && this.failure.offline);
  filters = $derived(readFilters(here.query));
  layer = $derived(this.layers.find(({ code }) => code === here.query.get('layer')) ?? dividing(this.layers));
  mode = $derived(readMode(here.query));
  cell = $derived(readCell(here.query));
  /** A text, so that what depends on it runs only when the question itself changes, not with each step or move. */
  #wanted = $derived(this.city ? JSON.stringify(askedBy(here.query, isoDay(new Date()))) : '');
  asked: Asked | null = $derived(this.#wanted ? (JSON.parse(this.#wanted) as Asked) : null);

  async open(): Promise<void> {
    try {
      const [found, known, divisions] = await Promise.all([city(), services(), layers()]);
      keepTimeOf(found.time_zone);
      [this.services, this.layers, this.city] = [known, divisions, found];
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Where there is no map, the whole city is in view. */
  seeAll(): void {
    this.view ??= { lon: 0, lat: 0, zoom: 11, box: this.city?.bbox ?? WORLD, ...readPlace(here.query.get('at')) };
  }

  watch(): void {
    $effect(() => {
      const layer = this.layer;
      this.areas = null;
      if (layer) areas(layer.code).then((found) => this.layer === layer && (this.areas = found), this.#fail);
    });
    $effect(() => {
      const asked = this.asked;
      if (!asked) return;
      this.counting = true;
      return this.#ask((signal) => this.#count(asked, signal), this.attempt);
    });
    $effect(() => {
      const { asked, view } = this;
      if (!asked || !view) return;
      this.drawing = true;
      return this.#ask(async (signal) => {
        this.cells = await loadCells(asked, view, signal);
        this.drawing = false;
      }, this.attempt);
    });
    $effect(() => {
      const { asked, view } = this;
      if (!asked || !view || this.mode !== 'clusters') return;
      return this.#ask(async (signal) => void (this.clusters = await loadClusters(asked, view, signal)), this.attempt);
    });
    $effect(() => {
      const { asked, cell } = this;
      this.opened = null;
      if (!asked || !cell) return;
      return this.#ask(async (signal) => {
        const steps = tallyOfSteps(await countSteps(asked.filters, asked.length, cell, signal));
        this.opened = { cell, series: { whole: sum(steps), steps } };
      }, this.attempt);
    });
  }

  /** Hears what happens, and changes nothing that is being read. */
  hear(): () => void {
    return listen({
      changed: ({ numbers, more }) => (this.news = more || !this.news ? null : new Set([...this.news, ...numbers])),
      missed: () => (this.news = null),
    });
  }

  again(): void {
    this.failure = null;
    this.news = NO_NEWS;
    if (!this.city) void this.open();
    this.attempt++;
  }

  /** The whole span first, for the first view; then each step, for every window there may be. */
  async #count(asked: Asked, signal: AbortSignal): Promise<void> {
    const { filters, back } = asked;
    const nothing = { services: [], statuses: [], jurisdictions: [], from: '' };
    const [now, then, coarse, earlier] = await Promise.all([
      counts(filters, signal),
      back && counts(during(filters, back.span), signal),
      heat(filters, COARSE, undefined, signal),
      // Whether there are records at all from so long ago: what was not recorded yet is no "fewer".
      back && heat({ ...nothing, to: back.span.from }, 0, undefined, signal),
    ]);
    const reaches = (earlier?.total ?? 0) > 0;
    this.answer = {
      asked,
      days: now.days,
      now: { whole: tallyOf(now), steps: null },
      then: then && reaches ? { whole: tallyOf(then), steps: null, days: then.days } : null,
      busiest: coarse.max,
    };
    this.failure = null;
    const [nowSteps, thenSteps] = await Promise.all([
      countSteps(filters, asked.length, undefined, signal).then(tallyOfSteps),
      this.answer.then && back ? countSteps(during(filters, back.span), asked.length, undefined, signal).then(tallyOfSteps) : null,
    ]);
    this.answer = { ...this.answer, now: { ...this.answer.now, steps: nowSteps }, then: this.answer.then && { ...this.answer.then, steps: thenSteps } };
    this.counting = false;
  }

  #ask(work: (signal: AbortSignal) => Promise<void>, _attempt: number): () => void {
    return asking(work, this.#fail, PATIENCE_MS);
  }

  #fail = (error: unknown): void => {
    this.failure = error;
    this.counting = this.drawing = false;
  };
}
