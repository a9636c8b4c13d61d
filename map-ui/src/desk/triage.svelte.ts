/**
 * Moves cases: one or many, shown at once and taken back when refused, undone by new moves. What somebody else decided
 * meanwhile is never overruled unseen.
 */
import { Problem } from '../api/call';
import { type CaseRow, move, type Moved, rowsOf, timeline, wholeCase } from '../api/desk';
import * as m from '../paraglide/messages.js';
import type { Status } from '../words/status';
import { look } from '../words/status';
import { staff } from '../staff/staff.svelte.ts';

export type Movable = Pick<CaseRow, 'id' | 'number' | 'service_name' | 'status' | 'version' | 'moves' | 'reasons'>;

/** A move that was made, as undoing needs to know it. */
export interface Made {
  row: Movable;
  before: Status;
  after: Status;
  version: number;
  /** The moves that undo it, as the server says. */
  back: Status[];
}

export interface Failed {
  row: Movable;
  why: string;
}

export interface Wish {
  to: Status;
  reason: string;
  shown: boolean;
}

/** Somebody was faster: what they did, and what was wanted. */
export interface Conflict {
  row: Movable;
  wish: Wish;
  by: string | null;
}

export interface Toast {
  text: string;
  made: Made[];
  failed: Failed[];
}

/** So many at once: a hundred cases should neither wait for each other nor stand in line before everybody else. */
const ABREAST = 4;

class Triage {
  /** The cases whose next status is being chosen. */
  asking = $state.raw<Movable[] | null>(null);
  toast = $state.raw<Toast | null>(null);
  conflict = $state.raw<Conflict | null>(null);
  busy = $state(0);
  /** What `z` takes back: it outlives the toast. */
  last = $state.raw<Made[]>([]);
  /** The server's answers to what is being done now, for whoever shows the cases. */
  done = $state.raw<Moved[]>([]);
  /** Where cases are shown while the server has not answered yet. */
  #coming = $state.raw<ReadonlyMap<number, Status>>(new Map());

  /** Somebody else sits down. */
  forget(): void {
    [this.asking, this.toast, this.conflict, this.last, this.done] = [null, null, null, [], []];
  }

  standing({ id, status }: Pick<CaseRow, 'id' | 'status'>): Status {
    return this.#coming.get(id) ?? status;
  }

  /** Moves what can be moved, and says what could not and why. */
  async move(rows: Movable[], wish: Wish): Promise<void> {
    const able = rows.filter(({ moves }) => moves.includes(wish.to));
    const failed: Failed[] = rows.filter((row) => !able.includes(row)).map((row) => ({ row, why: m.move_illegal({ from: look(row.status).word, to: look(wish.to).word }) }));
    const made: Made[] = [];
    this.conflict = null;
    await this.#each(able, wish.to, async (row) => {
      try {
        const { version, back } = await this.#step(row.id, wish.to, row.version, wish.reason, wish.shown);
        made.push({ row, before: row.status, after: wish.to, version, back });
      } catch (error) {
        if (rows.length === 1 && error instanceof Problem && error.status === 409) this.conflict = await clash(row, wish);
        else failed.push({ row, why: why(error) });
      }
    });
    if (made.length + failed.length === 0) return;
    const { word } = look(wish.to);
    const [first] = made.length > 0 ? made : failed;
    const text = made.length === 0 ? m.moved_none() : made.length === 1 ? m.moved_one({ name: first?.row.service_name ?? '', status: word }) : m.moved_many({ count: made.length, status: word });
    this.toast = { text, made, failed };
    this.last = made;
  }

  /** Takes moves back by moves of their own. */
  async undo(all: Made[]): Promise<void> {
    const failed: Failed[] = [];
    let undone = 0;
    this.toast = null;
    this.last = [];
    await this.#each(all.map(({ row }) => row), null, async (row) => {
      const one = all.find((made) => made.row === row);
      if (!one) return;
      let { version } = one;
      try {
        for (const to of one.back) ({ version } = await this.#step(row.id, to, version, m.undo_reason({ status: look(one.after).word }), false));
        undone += 1;
      } catch (error) {
        failed.push({ row, why: error instanceof Problem && error.status === 409 ? m.move_overtaken() : why(error) });
      }
    });
    this.toast = { text: m.undone({ count: undone }), made: [], failed };
  }

  async #step(id: number, to: Status, version: number, reason: string, shown: boolean): Promise<Moved> {
    const moved = await move(id, to, version, reason, shown);
    this.done = [...this.done, moved];
    return moved;
  }

  async #each(rows: Movable[], to: Status | null, work: (row: Movable) => Promise<void>): Promise<void> {
    const waiting = [...rows];
    this.done = [];
    this.busy = waiting.length;
    if (to) this.#coming = new Map([...this.#coming, ...rows.map(({ id }) => [id, to] as const)]);
    const hand = async () => {
      for (let row = waiting.shift(); row; row = waiting.shift()) {
        await work(row);
        this.busy -= 1;
        const coming = new Map(this.#coming);
        coming.delete(row.id);
        this.#coming = coming;
      }
    };
    await Promise.all(Array.from({ length: ABREAST }, hand));
    this.busy = 0;
  }
}

/** What undoing these will do, in words: back, or only as far as the table of moves goes. Null where nothing leads back. */
export function undoWord(made: Pick<Made, 'before' | 'back'>[]): string | null {
  const ways = made.map(({ back }) => back);
  if (ways.length === 0 || ways.some((way) => way.length === 0)) return null;
  const back = ways.every((way, index) => way.at(-1) === made[index]?.before);
  if (!back) return m.undo_reopens();
  return ways.some((way) => way[0] === 'reopened' && way.length > 1) ? m.undo_through({ status: look('reopened').word }) : m.undo();
}

async function clash(row: Movable, wish: Wish): Promise<Conflict> {
  const [[near], entries] = await Promise.all([rowsOf([row.id]).catch(() => []), timeline(row.id).catch(() => [])]);
  const now = near ?? (await wholeCase(row.id).catch(() => null));
  const by = entries.findLast(({ kind }) => kind === 'moved')?.by ?? null;
  return { row: now ?? row, wish, by };
}

function why(error: unknown): string {
  staff.ended(error);
  if (error instanceof Problem && error.status === 409) return m.move_overtaken();
  return error instanceof Problem && !error.offline ? error.detail || error.title : m.state_offline();
}

export const triage = new Triage();
