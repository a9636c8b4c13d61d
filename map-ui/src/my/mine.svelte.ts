/** Where somebody stands on the way to one's own requests. The session itself is in a cookie that no script reads. */
import { Problem } from '../api/call';
import { askCode, enterCode, leave, type Mine, myRequests, type To } from '../api/my';
import * as m from '../paraglide/messages.js';

const MARK = 'waymark-my';

class MyRequests {
  step = $state<'looking' | 'asking' | 'entering' | 'list'>('looking');
  requests = $state.raw<Mine[]>([]);
  next = $state<string | null>(null);
  /** Where the code went, as it was typed. */
  to = $state('');
  problem = $state('');
  busy = $state(false);

  /** The list, if a session is alive. Asking without one would only fill the console with a refusal. */
  async look(): Promise<void> {
    if (!began()) {
      this.step = 'asking';
      return;
    }
    try {
      await this.read();
    } catch (error) {
      if (!this.ended(error)) throw error;
    }
  }

  ask(to: To): Promise<void> {
    return this.attempt(async () => {
      await askCode(to);
      this.to = 'email' in to ? to.email : to.phone;
      this.step = 'entering';
    });
  }

  enter(code: string): Promise<void> {
    return this.attempt(async () => {
      await enterCode(code);
      begin(true);
      await this.read();
    });
  }

  more(): Promise<void> {
    return this.attempt(async () => {
      const page = await myRequests(this.next);
      [this.requests, this.next] = [[...this.requests, ...page.requests], page.next];
    });
  }

  /** Back to the first step; what was typed there is asked again. */
  again(): void {
    [this.step, this.problem] = ['asking', ''];
  }

  async leave(): Promise<void> {
    await leave().catch(() => undefined);
    begin(false);
    [this.step, this.requests, this.next, this.to] = ['asking', [], null, ''];
  }

  private async read(): Promise<void> {
    const page = await myRequests();
    [this.requests, this.next, this.step] = [page.requests, page.next, 'list'];
  }

  private ended(error: unknown): boolean {
    const out = error instanceof Problem && error.status === 401;
    if (out) begin(false);
    if (out) [this.step, this.requests] = ['asking', []];
    return out;
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    [this.busy, this.problem] = [true, ''];
    try {
      await work();
    } catch (error) {
      if (this.step !== 'list' || !this.ended(error)) this.problem = trouble(error);
    }
    this.busy = false;
  }
}

function trouble(error: unknown): string {
  if (!(error instanceof Problem)) return m.state_failed();
  if (error.offline) return m.state_offline();
  if (error.status === 401) return m.my_code_wrong();
  if (error.status === 429) return m.my_wait();
  if (error.status === 422) return error.errors.some(({ field }) => field === 'phone') ? m.my_phone_wrong() : m.my_email_wrong();
  return error.detail || m.state_failed();
}

/** Whether a session was begun on this device; says nothing of whose, and opens nothing. */
function began(): boolean {
  try {
    return localStorage.getItem(MARK) !== null;
  } catch {
    return true;
  }
}

function begin(alive: boolean): void {
  try {
    if (alive) localStorage.setItem(MARK, '1');
    else localStorage.removeItem(MARK);
  } catch {
    // Then the server is asked each time.
  }
}

export const mine = new MyRequests();
