/**
 * What others do while one works. Rows change in place; what would enter or leave waits in the queue until asked for; the
 * open case reads itself again. Said aloud seldom: a busy hour must not talk over the reader.
 */
import { listen } from '../api/live';
import * as m from '../paraglide/messages.js';
import type { Queue } from './queue.svelte.ts';

/** Changes that come close together are read together. */
const GATHER_MS = 2_000;
const SAY_MS = 20_000;

class Live {
  /** Goes up with every reading; the open case compares `touched` with itself. */
  round = $state(0);
  /** Said politely to those who do not see the screen. */
  words = $state('');
  /** Cases of the last round; null: any. */
  touched: ReadonlySet<number> | null = new Set();
  #waiting: Set<number> | null = new Set();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #said = 0;

  follow(queue: Queue): () => void {
    const gather = (ids: number[] | null) => {
      if (ids?.length === 0) return;
      if (ids) for (const id of ids) this.#waiting?.add(id);
      else this.#waiting = null;
      this.#timer ??= setTimeout(() => void this.#read(queue), GATHER_MS);
    };
    const stop = listen({
      changed: ({ cases, more }) => gather(more ? null : cases),
      missed: () => gather(null),
    });
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  async #read(queue: Queue): Promise<void> {
    this.touched = this.#waiting;
    this.#waiting = new Set();
    this.round += 1;
    await queue.refresh(this.touched);
    this.#timer = undefined;
    this.#say(queue);
    if (this.#waiting === null || this.#waiting.size > 0) this.#timer = setTimeout(() => void this.#read(queue), GATHER_MS);
  }

  #say(queue: Queue): void {
    const coming = queue.entering.length;
    if (coming === 0 || Date.now() - this.#said < SAY_MS) return;
    this.#said = Date.now();
    this.words = m.news_new({ count: coming });
  }

  concerns(id: number): boolean {
    return this.touched === null || this.touched.has(id);
  }
}

export const live = new Live();
