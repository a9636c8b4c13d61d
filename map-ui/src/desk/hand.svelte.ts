/** What the reader's hand is on: the row the keys act upon, the row or pin under the mouse, the rows marked for a common move. */
class Hand {
  /** The one row that Tab reaches. */
  cursor = $state<number | null>(null);
  /** The row under the mouse or with the focus: its pin is ringed. */
  row = $state<number | null>(null);
  /** The pin under the mouse: its row is marked. */
  pin = $state<number | null>(null);
  marked = $state.raw<ReadonlySet<number>>(new Set());
  /** Where the focus goes once the case is there; null leaves it where it is. */
  aim: 'heading' | 'note' | null = null;
  /** Where a range with Shift began. */
  #anchor: number | null = null;

  mark(id: number): void {
    const marked = new Set(this.marked);
    if (!marked.delete(id)) marked.add(id);
    this.marked = marked;
    this.#anchor = id;
  }

  /** The case is there: puts the focus where it was to go. */
  arrive(): void {
    const target = this.aim ?? (document.activeElement === document.body ? 'heading' : null);
    this.aim = null;
    if (target) document.getElementById(target === 'note' ? 'note' : 'case-heading')?.focus();
  }

  /** From where marking began to this row, and nothing else. */
  markTo(id: number, ids: number[]): void {
    this.#anchor ??= this.cursor ?? id;
    const ends = [ids.indexOf(this.#anchor), ids.indexOf(id)].sort((a, b) => a - b);
    this.marked = new Set(ids.slice(Math.max(0, ends[0] ?? 0), (ends[1] ?? 0) + 1));
  }

  markAll(ids: number[]): void {
    this.marked = new Set(ids);
  }

  clear(): void {
    this.marked = new Set();
    this.#anchor = null;
  }

  /** The list is another one: what is not in it any more cannot be held. */
  keep(ids: number[]): void {
    const there = new Set(ids);
    const kept = [...this.marked].filter((id) => there.has(id));
    if (kept.length !== this.marked.size) this.marked = new Set(kept);
    if (this.cursor !== null && !there.has(this.cursor)) this.cursor = null;
  }
}

export const hand = new Hand();

export const rowId = (id: number) => `row-${id}`;

/** Puts the focus on a row, if it is on the screen. */
export function holdRow(id: number | null): boolean {
  const row = id === null ? null : document.getElementById(rowId(id));
  if (!row || row.offsetParent === null) return false;
  hand.cursor = id;
  row.focus();
  return document.activeElement === row;
}
