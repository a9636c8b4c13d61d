/** The photos of a report: each is sent as soon as it is chosen, while the resident goes on with the form. */
import { Problem } from '../../api/call';
import type { City } from '../../api/city';
import { upload, type Photo } from '../../api/requests';
import * as m from '../../paraglide/messages.js';
import { megabytes } from '../../words/figures';
import type { Draft } from './draft.svelte.ts';

export class Picture {
  state = $state<'sending' | 'there' | 'failed'>('sending');
  problem = $state('');
  /** The network failed, or the server was busy; another kind of photo stays what it is. */
  worthAnotherTry = $state(false);
  id = $state('');
  readonly stop = new AbortController();

  constructor(
    /** Shown from the phone's own memory: no need to load back what was just sent. */
    readonly address: string,
    readonly file: File | null,
  ) {}
}

export class Pictures {
  all = $state.raw<Picture[]>([]);

  constructor(
    private readonly draft: Draft,
    private readonly placed: (photo: Photo) => void,
  ) {
    this.all = draft.words.photos.map(({ id }) => {
      const picture = new Picture(`/photos/${id}/small.jpg`, null);
      picture.state = 'there';
      picture.id = id;
      return picture;
    });
  }

  get sending(): boolean {
    return this.all.some(({ state }) => state === 'sending');
  }

  add(files: Iterable<File>, limits: City['photo']): void {
    const room = limits.max_per_request - this.all.length;
    for (const file of [...files].slice(0, Math.max(0, room))) {
      const picture = new Picture(URL.createObjectURL(file), file);
      this.all = [...this.all, picture];
      if (file.size > limits.max_bytes) fail(picture, m.photo_too_large({ most: megabytes(limits.max_bytes) }));
      else void this.send(picture);
    }
  }

  async send(picture: Picture): Promise<void> {
    if (!picture.file) return;
    picture.state = 'sending';
    try {
      const photo = await upload(picture.file, picture.stop.signal);
      picture.id = photo.id;
      picture.state = 'there';
      this.draft.words.photos = [...this.draft.words.photos, { id: photo.id, taken_at: photo.taken_at }];
      this.placed(photo);
    } catch (error) {
      if (picture.stop.signal.aborted) return;
      picture.worthAnotherTry = !(error instanceof Problem) || error.offline || error.status >= 500;
      fail(picture, this.why(error));
    }
  }

  private why(error: unknown): string {
    if (!(error instanceof Problem) || error.offline) return m.photo_no_connection();
    if (error.status === 415) return m.photo_kind();
    return error.detail || error.title;
  }

  remove(picture: Picture): void {
    picture.stop.abort();
    this.all = this.all.filter((one) => one !== picture);
    this.draft.words.photos = this.draft.words.photos.filter(({ id }) => id !== picture.id);
    if (picture.file) URL.revokeObjectURL(picture.address);
  }
}

function fail(picture: Picture, problem: string): void {
  picture.state = 'failed';
  picture.problem = problem;
}
