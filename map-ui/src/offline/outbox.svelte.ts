/**
 * The reports this phone keeps, and their way out. Every tab may try to send; the lock lets one do it at a time, and the key
 * of each report makes the server file it once even if an answer was lost. The page owns this, not the service worker:
 * Safari has no background sync, and a worker sleeps.
 */
import type { Kept } from './store';
import { deliver, later } from './delivery';
import { shelf, tidy } from './store';

const NAME = 'waymark-outbox';
const UNDO_MS = 8_000;

class Outbox {
  all = $state.raw<Kept[]>([]);
  /** The key of the report that this tab is sending. */
  sending = $state<string | null>(null);
  /** The last try found no network. */
  offline = $state(!navigator.onLine);
  readonly #others = 'BroadcastChannel' in globalThis ? new BroadcastChannel(NAME) : null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #begun: Promise<void> | undefined;
  #queued = false;

  /** On every page, once: looks what is there and sends what can be sent. */
  begin(): Promise<void> {
    this.#begun ??= this.#begin();
    return this.#begun;
  }

  async #begin(): Promise<void> {
    addEventListener('online', () => this.wake());
    addEventListener('offline', () => (this.offline = true));
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.wake());
    this.#others?.addEventListener('message', () => void this.#look());
    await tidy().catch(() => undefined);
    await this.#look();
    this.wake();
  }

  /** Whatever is waiting is tried now, however long it was to wait. */
  wake(): void {
    this.offline = !navigator.onLine;
    void this.#send(true).catch(() => undefined);
  }

  /** Keeps a report; a page that cannot (no storage) must say so instead. */
  async add(report: Kept): Promise<void> {
    await this.#write(report);
    this.wake();
  }

  /** Takes a report up to change it: until the resident is done it is not sent. Null if it has left meanwhile. */
  take(key: string): Promise<Kept | null> {
    return this.#change(key, (report) => (report.state === 'sent' ? null : { ...report, state: 'held' }));
  }

  async sendAsItIs(key: string): Promise<void> {
    await this.#change(key, (report) => ({ ...report, state: 'waiting', tries: 0, next: 0 }));
    this.wake();
  }

  async see(key: string): Promise<void> {
    await this.#change(key, (report) => ({ ...report, seen: true }));
  }

  async drop(key: string): Promise<void> {
    await this.#change(key, (report) => ({ ...report, state: 'dropped', before: report.state }));
    setTimeout(() => void this.#change(key, (report) => (report.state === 'dropped' ? 'forget' : null)), UNDO_MS);
  }

  async undrop(key: string): Promise<void> {
    await this.#change(key, (report) => ({ ...report, state: report.before ?? 'held' }));
    this.wake();
  }

  /** Its words were filed or kept under another key. */
  async forget(key: string): Promise<void> {
    await this.#change(key, () => 'forget');
  }

  async #change(key: string, change: (report: Kept) => Kept | 'forget' | null): Promise<Kept | null> {
    return this.#locked(async () => {
      const db = await shelf();
      const report = await db.get('report', key);
      const after = report ? change(report) : null;
      if (after === 'forget') await db.delete('report', key);
      else if (after) await db.put('report', after);
      await this.#tell();
      return after === 'forget' ? null : after;
    });
  }

  async #send(now: boolean): Promise<void> {
    // One pass waiting for its turn will see everything that was added meanwhile.
    if (this.#queued) return;
    this.#queued = true;
    await this.#locked(async () => {
      this.#queued = false;
      const tried = new Set<string>();
      for (;;) {
        const due = (await (await shelf()).getAll('report')).find(({ key, state, next }) => state === 'waiting' && !tried.has(key) && (now || next <= Date.now()));
        if (!due || !navigator.onLine) break;
        tried.add(due.key);
        await this.#deliver(due);
      }
    });
    this.#sleep();
  }

  async #deliver(report: Kept): Promise<void> {
    this.sending = report.key;
    try {
      const after = await deliver(report, (known) => this.#write(known));
      this.offline = false;
      if (after.key !== report.key) await (await shelf()).delete('report', report.key);
      await this.#write(after);
    } catch {
      this.offline = true;
      const known = await (await shelf()).get('report', report.key);
      await this.#write(later(known ?? report));
    }
    this.sending = null;
  }

  /** Until the next report is due. The browser wakes us earlier where it can tell that the network is back. */
  #sleep(): void {
    clearTimeout(this.#timer);
    const next = this.all.filter(({ state }) => state === 'waiting').map((report) => report.next);
    if (next.length > 0) this.#timer = setTimeout(() => void this.#send(false).catch(() => undefined), Math.max(1_000, Math.min(...next) - Date.now()));
  }

  async #write(report: Kept): Promise<void> {
    await (await shelf()).put('report', report);
    await this.#tell();
  }

  async #tell(): Promise<void> {
    await this.#look();
    this.#others?.postMessage('changed');
  }

  async #look(): Promise<void> {
    this.all = (await (await shelf()).getAll('report')).toSorted((a, b) => b.at - a.at);
  }

  /** Where there are no locks (no HTTPS), tabs may try at the same time: the key still files once. */
  #locked<T>(work: () => Promise<T>): Promise<T> {
    return navigator.locks ? (navigator.locks.request(NAME, work) as Promise<T>) : work();
  }
}

export const outbox = new Outbox();
