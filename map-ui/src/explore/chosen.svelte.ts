/** The one thing chosen on the page, on the map and in the table alike: a request (kept in the address) or a cell. */
import { Problem } from '../api/call';
import { story, type Story } from '../api/requests';
import { ask, here } from '../app/route.svelte.ts';

export class Chosen {
  cell = $state<string | null>(null);
  story = $state.raw<Story | null>(null);
  failure = $state.raw<unknown>(null);
  number = $derived(here.query.get('request'));
  /** Where the chosen request stands on the map. */
  place = $derived(
    this.story?.place === 'exact' && this.story.lon !== null && this.story.lat !== null ? { lon: this.story.lon, lat: this.story.lat, status: this.story.status } : null,
  );

  watch(): void {
    $effect(() => {
      const number = this.number;
      this.story = null;
      this.failure = null;
      if (!number) return;
      story(number).then(
        (found) => this.number === number && (this.story = found),
        (error: unknown) => this.number === number && (this.failure = error),
      );
    });
  }

  /** A request is a step of its own: back closes it. */
  request(number: string | null): void {
    this.cell = null;
    ask({ request: number }, { replace: number === null });
  }

  get missing(): boolean {
    return this.failure instanceof Problem && this.failure.status === 404;
  }
}
