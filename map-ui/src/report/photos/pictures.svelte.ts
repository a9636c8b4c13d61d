/**
 * The photos of a report or a comment: each is read and made smaller on the phone and sent as soon as it is chosen, while the
 * resident goes on with the form. Without a network they are kept on the phone, and sent with what they belong to.
 */
import { Problem } from '../../api/call';
import type { City } from '../../api/city';
import { type Photo, type Taken, upload } from '../../api/requests';
import { isNetwork, within } from '../../offline/network';
import { shelf } from '../../offline/store';
import * as m from '../../paraglide/messages.js';
import { megabytes } from '../../words/figures';
import { randomKey } from '../flow/key';

/** A photo that belongs to what is being written; without an id the server does not have it yet. */
export interface Held extends Taken {
  key: string;
  id: string | null;
}

/** Who owns the photos: a draft that outlives a reload, or a comment. */
export interface Album {
  photos: Held[];
}

export type At = { lon: number; lat: number };

const PATIENCE_MS = 60_000;

export class Picture {
  state = $state<'reading' | 'sending' | 'there' | 'kept' | 'failed'>('reading');
  problem = $state('');
  /** The network failed, or the server was busy; another kind of photo stays what it is. */
  worthAnotherTry = $state(false);
  id = $state<string | null>(null);
  /** What is sent, once it was made smaller. */
  blob: Blob | null = null;
  taken: Taken = { lon: null, lat: null, taken_at: null };
  readonly stop = new AbortController();

  constructor(
    readonly key: string,
    /** Shown from the phone's own memory: no need to load back what was just sent. */
    readonly address: string,
  ) {}
}

export class Pictures {
  all = $state.raw<Picture[]>([]);

  constructor(
    private readonly album: () => Album,
    private readonly placed: (at: At) => void = () => undefined,
  ) {
    this.again(album().photos);
    addEventListener('online', () => this.all.filter(({ state }) => state === 'kept').forEach((picture) => void this.send(picture)));
  }

  /** On their way somewhere: reading and sending end by themselves. */
  get busy(): boolean {
    return this.all.some(({ state }) => state === 'reading' || state === 'sending');
  }

  get unsent(): Picture[] {
    return this.all.filter(({ state }) => state === 'kept');
  }

  add(files: Iterable<File>, limits: City['photo']): void {
    const room = limits.max_per_request - this.all.length;
    for (const file of [...files].slice(0, Math.max(0, room))) {
      const picture = new Picture(randomKey(), URL.createObjectURL(file));
      this.all = [...this.all, picture];
      void this.take(picture, file, limits);
    }
  }

  private async take(picture: Picture, file: File, limits: City['photo']): Promise<void> {
    const { ready } = await import('./shrink');
    const { blob, lon, lat, taken_at } = await ready(file, limits.types);
    if (picture.stop.signal.aborted) return;
    if (blob.size > limits.max_bytes) return fail(picture, m.photo_too_large({ most: megabytes(limits.max_bytes) }));
    Object.assign(picture, { blob, taken: { lon, lat, taken_at } });
    this.album().photos = [...this.album().photos, { key: picture.key, id: null, lon, lat, taken_at }];
    const told = lon !== null && lat !== null;
    if (told) this.placed({ lon, lat });
    await this.send(picture, told);
  }

  /** `told`: the phone has read its place already; else the server may know it. */
  async send(picture: Picture, told = true): Promise<void> {
    const { blob } = picture;
    if (!blob) return;
    picture.state = 'sending';
    try {
      if (!navigator.onLine) throw new Problem(0, '', '');
      const photo = await within(PATIENCE_MS, (signal) => upload(blob, picture.taken, signal), picture.stop.signal);
      this.there(picture, photo);
      if (!told && photo.lon !== null && photo.lat !== null) this.placed({ lon: photo.lon, lat: photo.lat });
    } catch (error) {
      if (picture.stop.signal.aborted) return;
      if (isNetwork(error) && (await this.keep(picture))) return;
      picture.worthAnotherTry = !(error instanceof Problem) || error.offline || error.status >= 500;
      fail(picture, this.why(error));
    }
  }

  private there(picture: Picture, { id, taken_at }: Photo): void {
    picture.id = id;
    picture.state = 'there';
    picture.taken.taken_at ??= taken_at;
    this.album().photos = this.album().photos.map((held) => (held.key === picture.key ? { ...held, ...picture.taken, id } : held));
    void shelf().then((db) => db.delete('photo', picture.key), () => undefined);
  }

  /** No network: the photo waits on the phone, through a reload too. */
  private async keep(picture: Picture): Promise<boolean> {
    if (!picture.blob) return false;
    try {
      await (await shelf()).put('photo', { key: picture.key, blob: picture.blob, at: Date.now() });
      picture.state = 'kept';
      return true;
    } catch {
      return false; // no storage: the page must stay open, and says so
    }
  }

  /** Takes up photos that were held before: by the server, or by this phone (`blobs`, else the shelf). */
  again(photos: Held[], blobs = new Map<string, Blob>()): void {
    this.all = photos.map(({ key, id, lon, lat, taken_at }) => {
      const blob = blobs.get(key) ?? null;
      const picture = new Picture(key, blob ? URL.createObjectURL(blob) : id ? `/photos/${id}/small.jpg` : '');
      Object.assign(picture, { blob, taken: { lon: lon ?? null, lat: lat ?? null, taken_at }, id, state: id ? 'there' : 'kept' });
      return picture;
    });
    for (const picture of this.all) if (picture.state === 'kept') void (picture.blob ? this.send(picture) : this.fetch(picture.key));
  }

  private async fetch(key: string): Promise<void> {
    const found = await shelf().then((db) => db.get('photo', key)).catch(() => undefined);
    const lost = this.all.find((picture) => picture.key === key);
    if (!lost) return;
    if (!found) return this.remove(lost);
    const picture = new Picture(key, URL.createObjectURL(found.blob));
    Object.assign(picture, { blob: found.blob, taken: lost.taken, state: 'kept' });
    this.all = this.all.map((one) => (one === lost ? picture : one));
    await this.send(picture);
  }

  private why(error: unknown): string {
    if (!(error instanceof Problem) || error.offline) return m.photo_no_connection();
    if (error.status === 415) return m.photo_kind();
    return error.detail || error.title;
  }

  remove(picture: Picture): void {
    picture.stop.abort();
    this.all = this.all.filter((one) => one !== picture);
    this.album().photos = this.album().photos.filter(({ key }) => key !== picture.key);
    if (picture.address.startsWith('blob:')) URL.revokeObjectURL(picture.address);
    if (picture.state === 'kept') void shelf().then((db) => db.delete('photo', picture.key), () => undefined);
  }

  clear(): void {
    for (const picture of this.all) this.remove(picture);
  }
}

function fail(picture: Picture, problem: string): void {
  picture.state = 'failed';
  picture.problem = problem;
}
