/** A comment that is being written. Its words outlive a reload and a lost connection; its photos are sent as they are chosen. */
import { comment } from '../../api/requests';
import { within } from '../../offline/network';
import { type Held, Pictures } from '../../report/photos/pictures.svelte.ts';

const PATIENCE_MS = 20_000;
export const MOST = 4000;

export class Said {
  words: { text: string; photos: Held[] } = $state({ text: '', photos: [] });
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
    await within(PATIENCE_MS, (signal) => comment(this.number, said, signal));
    this.words.text = '';
    this.pictures.clear();
    this.keep();
  }
}
