/**
 * What is in sight: asks the server for the heat and the requests of the view and the filters of the address, one asking
 * at a time, and keeps the last answer on the screen until the next is there.
 */
import { asking } from '../api/call';
import { type City, type Areas, areas, city, layers, type Layer, type Service, services, WORLD } from '../api/city';
import { dividing } from '../api/ground';
import { type Dots, dots, type Filters, type Heat, heat } from '../api/map';
import { here } from '../app/route.svelte.ts';
import { scale, type Scale } from '../map/measure/scale';
import { grown, readPlace, resolutionAt, type View } from '../map/measure/view';
import { keepTimeOf } from '../words/zone';
import { readFilters, readShow, readTwin } from './query';

/** More pins than this are a carpet; then plates with numbers stand for them. */
const PINS = 400;
/** The scale is measured on cells of this resolution, some five square kilometres: few answers even for a large city. */
const COARSE = 7;
const PATIENCE_MS = 90;

export class Sight {
  city = $state.raw<City | null>(null);
  services = $state.raw<Service[]>([]);
  layers = $state.raw<Layer[]>([]);
  areas = $state.raw<Areas | null>(null);
  view = $state.raw<View | null>(null);
  heat = $state.raw<Heat | null>(null);
  dots = $state.raw<Dots | null>(null);
  busiest = $state(0);
  busy = $state(true);
  failure = $state.raw<unknown>(null);
  attempt = $state(0);

  filters: Filters = $derived(readFilters(here.query));
  show = $derived(readShow(here.query));
  twin = $derived(readTwin(here.query));
  layer = $derived(this.layers.find(({ code }) => code === here.query.get('layer')) ?? dividing(this.layers));
  borders: Scale = $derived(scale(this.busiest, (this.heat?.resolution ?? COARSE) - COARSE));
  /** Pins when they can be told apart, plates with numbers otherwise. */
  crowded = $derived((this.dots?.total ?? 0) > PINS || this.dots?.truncated === true);

  async open(): Promise<void> {
    try {
      [this.city, this.services, this.layers] = await Promise.all([city(), services(), layers()]);
      keepTimeOf(this.city.time_zone);
      // The table need not wait for the map, and where there is no map it is all there is.
      this.view ??= { lon: 0, lat: 0, zoom: 11, box: this.city.bbox ?? WORLD, ...readPlace(here.query.get('at')) };
    } catch (error) {
      this.failure = error;
      this.busy = false;
    }
  }

  /** Effects of a component: each re-runs when what it read changes, and stops what it had asked before. */
  watch(): void {
    $effect(() => {
      const layer = this.layer;
      this.areas = null;
      if (layer) areas(layer.code).then((found) => this.layer === layer && (this.areas = found), this.#fail);
    });
    const timeless = $derived(JSON.stringify({ ...this.filters, from: '', to: '' }));
    $effect(() => this.#ask(async (signal) => {
      const measured = await heat(JSON.parse(timeless) as Filters, COARSE, undefined, signal);
      this.busiest = measured.max;
    }, this.attempt, 0));
    const wanted = $derived(JSON.stringify(this.filters));
    $effect(() => {
      const view = this.view;
      if (!view) return;
      const filters = JSON.parse(wanted) as Filters;
      this.busy = true;
      return this.#ask(async (signal) => {
        const [cells, points] = await Promise.all([
          heat(filters, resolutionAt(view.zoom), grown(view.box, 0.08), signal),
          dots(filters, view.box, PINS, signal),
        ]);
        this.heat = cells;
        this.dots = points;
        this.failure = null;
        this.busy = false;
      }, this.attempt, PATIENCE_MS);
    });
  }

  again(): void {
    this.failure = null;
    this.busy = true;
    if (!this.city) void this.open();
    this.attempt++;
  }

  #ask(work: (signal: AbortSignal) => Promise<void>, _attempt: number, wait: number): () => void {
    return asking(work, this.#fail, wait);
  }

  #fail = (error: unknown): void => {
    this.failure = error;
    this.busy = false;
  };
}
