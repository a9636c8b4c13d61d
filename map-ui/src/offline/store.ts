/** What this phone keeps while it waits for a network: reports, photos not yet sent, stories as last seen (IndexedDB). */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { FieldProblem } from '../api/call';
import type { Filed, Moment, Near, NewRequest, Story, Taken } from '../api/requests';
import type { Words } from '../report/flow/draft.svelte.ts';

/** A photo of a kept report: with an id once the server has it, with its bytes until the report is filed. */
export interface KeptPhoto extends Taken {
  key: string;
  id: string | null;
  blob: Blob | null;
}

/** A report that this phone keeps. */
export interface Kept {
  /** The `Idempotency-Key`, fixed when the report was kept: however often it is sent, it is filed once. */
  key: string;
  at: Moment;
  /**
   * waiting: will be sent by itself · held: taken up by the resident to change it · asked: the server asks whether it is one of
   * `near` · refused: the server found something to mend · sent: `filed` says its number · dropped: deleted, and can come back
   */
  state: 'waiting' | 'held' | 'asked' | 'refused' | 'sent' | 'dropped';
  /** Null while it is only begun. */
  request: NewRequest | null;
  photos: KeptPhoto[];
  /** What the form held, so that it can be changed. */
  words: Words;
  title: string;
  place: string;
  tries: number;
  /** Not sent before. */
  next: Moment;
  near?: Near[];
  problem?: string;
  errors?: FieldProblem[];
  filed?: Filed;
  /** What it was when it was deleted. */
  before?: Kept['state'];
  /** The resident has been told its number. */
  seen?: boolean;
}

interface Shelf extends DBSchema {
  report: { key: string; value: Kept };
  photo: { key: string; value: { key: string; blob: Blob; at: Moment } };
  story: { key: string; value: { number: string; story: Story; at: Moment } };
}

let opened: Promise<IDBPDatabase<Shelf>> | undefined;

export function shelf(): Promise<IDBPDatabase<Shelf>> {
  opened ??= openDB<Shelf>('waymark', 1, {
    upgrade(db) {
      db.createObjectStore('report', { keyPath: 'key' });
      db.createObjectStore('photo', { keyPath: 'key' });
      db.createObjectStore('story', { keyPath: 'number' });
    },
    // Another tab brings a newer version: this one must not stand in its way.
    blocking: (_, __, event) => (event.target as IDBDatabase).close(),
    terminated: () => (opened = undefined),
  }).catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

const DAY = 24 * 3_600_000;
/** Photos of a draft whose tab was closed belong to nobody; numbers are remembered for a month. */
const PHOTO_DAYS = 1;
const SENT_DAYS = 30;
const STORIES = 20;

/** Forgets what nobody will ask for again. */
export async function tidy(now = Date.now()): Promise<void> {
  const db = await shelf();
  for (const { key, at } of await db.getAll('photo')) if (now - at > PHOTO_DAYS * DAY) await db.delete('photo', key);
  for (const { key, state, at } of await db.getAll('report')) {
    if (state === 'dropped' || (state === 'sent' && now - at > SENT_DAYS * DAY)) await db.delete('report', key);
  }
  const stories = (await db.getAll('story')).toSorted((a, b) => b.at - a.at);
  for (const { number } of stories.slice(STORIES)) await db.delete('story', number);
}
