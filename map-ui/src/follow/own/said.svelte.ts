/** A comment that is being written. Its words outlive a reload and a lost connection; its photos are sent as they are chosen. */
import { comment } from '../../api/requests';
import { within } from '../../offline/network';
import { randomKey } from '../../report/flow/key';
import { type Held, Pictures } from '../../report/photos/pictures.svelte.ts';

const PATIENCE_MS = 20_000;
export const MOST = 4000;

export class Said {
  words: { text: string; photos: Held[]; key: string; keyFor: string } = $state({ text: '', photos: [], key: '', keyFor: '' });
  pictures: Pictures;
  readonly #slot: string;

  constructor(
    private readonly number: string,
    private readonly token: string,
  ) {
    this.#slot = `waymark-comment-${number}`;
    try {
      Object.assign(this.words, JSON.parse(sessionStorage.getItem(this.#slot) ?? '{}'));
    } catch {
      // Nothing usable was kept.
    }
    this.pictures = new Pictures(() => this.words);
  }

  get begun(): boolean {
    return this.words.text !== '' || this.words.photos.length > 0;
  }

  keep(): void {
    try {
      if (this.begun) sessionStorage.setItem(this.#slot, JSON.stringify(this.words));
      else sessionStorage.removeItem(this.#slot);
    } catch {
      // Without storage the words last as long as the page.
    }
  }

  async send(): Promise<void> {
    const said = { token: this.token, text: this.words.text.trim(), photos: this.words.photos.flatMap(({ id }) => id ?? []) };
    // Asked again after a lost answer, the same words go under the same key; other words under another.
    const content = JSON.stringify([said.text, said.photos]);
    if (this.words.keyFor !== content) [this.words.key, this.words.keyFor] = [randomKey(), content];
    this.keep();
    await within(PATIENCE_MS, (signal) => comment(this.number, said, this.words.key, signal));
    [this.words.text, this.words.key, this.words.keyFor] = ['', '', ''];
    this.pictures.clear();
    this.keep();
  }
}
