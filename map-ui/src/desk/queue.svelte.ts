/**
 * The queue: a page of cases at a time, by the filters of the address. What is on the screen stays until the reader asks
 * for something else: rows change in place, but none enters or leaves by itself.
 */
import { Problem, stopped } from '../api/call';
import { type Areas, layers, type Service, services } from '../api/city';
import { cityAreas, dividing } from '../api/ground';
import { type CaseRow, queue, type QueueFilters, rowsOf } from '../api/desk';
import { here } from '../app/route.svelte.ts';
import { isStatus, OPEN } from '../words/status';
import { hand } from './hand.svelte.ts';
import { compare, displaced, type Key, ORDERS } from './news';
import { staff } from '../staff/staff.svelte.ts';

/** At most so many pages are read again for one change. */
const PAGES_AGAIN = 4;

export class Queue {
  cases = $state.raw<CaseRow[]>([]);
  next = $state<string | null>(null);
  busy = $state(true);
  failure = $state.raw<unknown>(null);
  services = $state.raw<Service[]>([]);
  areas = $state.raw<Areas | null>(null);
  layer = $state('');
  attempt = $state(0);
  /** What would enter and leave the list, told and not done. */
  entering = $state.raw<CaseRow[]>([]);
  leaving = $state.raw<ReadonlySet<number>>(new Set());
  /** When rows were last changed by others, by id. */
  fresh = $state.raw<ReadonlyMap<number, number>>(new Map());
  /** The pages on the screen: how each was asked for, and the row it begins below, as it was then. */
  #pages: { after: string | null; below: Key | null }[] = [];
  #last: Key | null = null;

  filters: QueueFilters = $derived.by(() => {
    const { query } = here;
    const status = query.get('status') ?? 'open';
    const unfinished = status === 'open' || OPEN.some((one) => one === status);
    return {
      team: query.get('team') ?? '',
      jurisdiction: query.get('area') ?? '',
      services: (query.get('services') ?? '').split(',').filter(Boolean),
      statuses: isStatus(status) ? [status] : [],
      assignee: query.get('assignee') ?? '',
      open: status === 'open' ? true : status === 'finished' ? false : undefined,
      bbox: query.get('bbox') ?? '',
      // What is finished is due no more, and the server does not put it in that order.
      sort: unfinished && query.get('sort') === 'due' ? 'due' : 'opened',
      sortable: unfinished,
    };
  });
  order = $derived(ORDERS[this.filters.sort]);
  ids = $derived(this.cases.map(({ id }) => id));
  displaced = $derived(displaced(this.cases, this.order));
  /** Whether the list would look otherwise if it were read now. */
  stale = $derived(this.entering.length + this.leaving.size > 0 || this.displaced);
  offline = $derived(this.failure instanceof Problem && this.failure.offline);

  async open(): Promise<void> {
    [this.services, this.areas] = await Promise.all([services(), cityAreas()]);
    this.layer = dividing(await layers())?.code ?? '';
  }

  watch(): void {
    const wanted = $derived(JSON.stringify(this.filters));
    $effect(() => {
      const stop = new AbortController();
      void this.attempt;
      void this.#read(JSON.parse(wanted) as QueueFilters, null, stop.signal);
      return () => stop.abort();
    });
  }

  async more(): Promise<void> {
    if (this.next && !this.busy) await this.#read(this.filters, this.next);
  }

  /** A case was changed here: its row follows at once. */
  changed(id: number, by: Partial<CaseRow>): void {
    this.cases = this.cases.map((row) => (row.id === id ? { ...row, ...by } : row));
  }

  /** Somebody else changed it, as another reading than the list's found out. */
  mark(id: number): void {
    this.fresh = new Map([...this.fresh, [id, Date.now()]]);
  }

  row(id: number | null): CaseRow | undefined {
    return this.cases.find((row) => row.id === id);
  }

  /** Others changed something: reads again what it may concern. Null: anything. */
  async refresh(ids: ReadonlySet<number> | null): Promise<void> {
    if (this.busy || this.cases.length === 0) return;
    const { filters, order } = this;
    const starts = this.#pages.map(({ below }) => (below ? this.cases.findIndex((row) => order(below, row) < 0) : 0));
    const concerned = this.#pages.filter((_, index) => {
      const rows = this.cases.slice(starts[index], starts[index + 1]);
      // By what is due, a case may come to stand on any page.
      return index === 0 || !ids || filters.sort === 'due' || rows.some(({ id }) => ids.has(id));
    });
    for (const { after, below } of concerned.slice(0, PAGES_AGAIN)) {
      const page = await queue(filters, after).catch((error: unknown) => void staff.ended(error));
      if (!page || filters !== this.filters) return;
      const news = compare(this.cases, page, below, order);
      this.#tell(news.changed);
      const gone = new Set(compare(this.entering, page, below, order).leaving);
      const waiting = this.entering.filter(({ id }) => !gone.has(id) && !news.entering.some((row) => row.id === id));
      this.entering = [...waiting, ...news.entering];
      const back = new Set(page.cases.map(({ id }) => id));
      this.leaving = new Set([...[...this.leaving].filter((id) => !back.has(id)), ...news.leaving]);
      await this.#look(news.leaving.filter((id) => !ids || ids.has(id)));
    }
  }

  /** Lets in what waits and lets go of what left; answers the first row that came. */
  show(): number | null {
    const { order } = this;
    const first = this.entering.toSorted(order)[0]?.id ?? null;
    const there = new Set(this.ids);
    const coming = this.entering.filter(({ id }) => !there.has(id));
    this.cases = [...this.cases.filter(({ id }) => !this.leaving.has(id)), ...coming].sort(order);
    this.entering = [];
    this.leaving = new Set();
    hand.keep(this.ids);
    return first;
  }

  /** What became of rows that left the list: they stay on the screen and say so. */
  async #look(ids: number[]): Promise<void> {
    this.#tell(await rowsOf(ids).catch(() => []));
  }

  #tell(rows: CaseRow[]): void {
    const others = rows.filter((row) => (this.row(row.id)?.version ?? 0) <= row.version);
    if (others.length === 0) return;
    const found = new Map(others.map((row) => [row.id, row]));
    this.cases = this.cases.map((row) => found.get(row.id) ?? row);
    this.fresh = new Map([...this.fresh, ...others.map(({ id }) => [id, Date.now()] as const)]);
  }

  async #read(filters: QueueFilters, after: string | null, signal?: AbortSignal): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      const page = await queue(filters, after, signal);
      const there = new Set(after ? this.ids : []);
      const found = new Map(page.cases.map((row) => [row.id, row]));
      const kept = after ? this.cases.map((row) => found.get(row.id) ?? row) : [];
      this.#pages = [...(after ? this.#pages : []), { after, below: after ? this.#last : null }];
      this.cases = [...kept, ...page.cases.filter(({ id }) => !there.has(id))];
      this.#last = page.cases.at(-1) ?? this.#last;
      this.next = page.next;
      if (!after) {
        this.entering = [];
        this.leaving = new Set();
        this.fresh = new Map();
        hand.keep(this.ids);
      }
      this.busy = false;
    } catch (error) {
      if (stopped(error)) return;
      this.busy = false;
      if (!staff.ended(error)) this.failure = error;
    }
  }
}
