/** The queue: a page of cases at a time, by the filters of the address. What is on the screen stays until the next is there. */
import { stopped } from '../api/call';
import { type Areas, layers, type Service, services } from '../api/city';
import { cityAreas, dividing } from '../api/ground';
import { type CaseRow, queue, type QueueFilters } from '../api/desk';
import { here } from '../app/route.svelte.ts';
import { isStatus } from '../words/status';
import { staff } from './staff.svelte.ts';

export class Queue {
  cases = $state.raw<CaseRow[]>([]);
  next = $state<string | null>(null);
  busy = $state(true);
  failure = $state.raw<unknown>(null);
  services = $state.raw<Service[]>([]);
  areas = $state.raw<Areas | null>(null);
  layer = $state('');
  attempt = $state(0);

  filters: QueueFilters = $derived.by(() => {
    const { query } = here;
    const status = query.get('status') ?? 'open';
    return {
      team: query.get('team') ?? '',
      jurisdiction: query.get('area') ?? '',
      services: (query.get('services') ?? '').split(',').filter(Boolean),
      statuses: isStatus(status) ? [status] : [],
      assignee: query.get('assignee') ?? '',
      open: status === 'open' ? true : status === 'finished' ? false : undefined,
    };
  });

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

  more(): Promise<void> {
    return this.#read(this.filters, this.next);
  }

  /** A case was changed here: its row follows at once. */
  changed(id: number, by: Partial<CaseRow>): void {
    this.cases = this.cases.map((row) => (row.id === id ? { ...row, ...by } : row));
  }

  async #read(filters: QueueFilters, after: string | null, signal?: AbortSignal): Promise<void> {
    this.busy = true;
    this.failure = null;
    try {
      const page = await queue(filters, after, signal);
      const kept = after ? this.cases : [];
      this.cases = [...kept, ...page.cases];
      this.next = page.next;
      this.busy = false;
    } catch (error) {
      if (stopped(error)) return;
      this.busy = false;
      if (!staff.ended(error)) this.failure = error;
    }
  }
}
