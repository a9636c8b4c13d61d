/**
 * What the resident has said so far. It outlives a reload and a change of language, but not the tab: a phone may be lent.
 */
import type { Near, NewRequest } from '../../api/requests';
import { getLocale } from '../../paraglide/runtime.js';
import type { Held } from '../photos/pictures.svelte.ts';
import { randomKey } from './key';
import type { Answers } from './questions';

export interface Place {
  lon: number;
  lat: number;
  /** How sure the phone was, in metres. */
  accuracy?: number;
  from: 'photo' | 'phone' | 'map' | 'typed' | 'link';
}

export interface Words {
  service: string | null;
  place: Place | null;
  /** Where the pin was before a photo's position moved it: the way back. */
  before: Place | null;
  address: string;
  description: string;
  answers: Answers;
  photos: Held[];
  contact: { first_name: string; last_name: string; email: string; phone: string };
  /** The open case this is the same as. */
  join: string | null;
  /** Said of the open cases near by: none of these. */
  separate: boolean;
  /** Once for each different filing, so that asking again files once. */
  key: string;
  keyFor: string;
  /** The key of the report kept on this phone that these words change: it goes when they are filed. */
  kept: string | null;
}

const SLOT = 'waymark-draft';
const EMPTY: Words = {
  service: null, place: null, before: null, address: '', description: '', answers: {}, photos: [],
  contact: { first_name: '', last_name: '', email: '', phone: '' }, join: null, separate: false, key: '', keyFor: '', kept: null,
};

export class Draft {
  words: Words = $state(read());

  keep(): void {
    try {
      sessionStorage.setItem(SLOT, JSON.stringify(this.words));
    } catch {
      // Without storage the draft lasts as long as the page.
    }
  }

  /** Empties everything but the place: "report another one near here". */
  startAgain(place: Place | null = null): void {
    this.words = structuredClone({ ...EMPTY, place });
    this.keep();
  }

  get begun(): boolean {
    const { service, photos, description } = this.words;
    return service !== null || photos.length > 0 || description !== '';
  }

  /** Moves the pin. What was said of the cases near the old place does not hold for the new one. */
  put(place: Place | null): void {
    this.words.before = place?.from === 'photo' ? this.words.place : null;
    this.words.place = place;
    this.forgetNear();
  }

  forgetNear(): void {
    this.words.join = null;
    this.words.separate = false;
  }

  choose(near: Near | null): void {
    this.words.join = near?.number ?? null;
    this.words.separate = near === null;
  }

  request(answers: NewRequest['answers']): NewRequest {
    const { service, place, address, description, photos, contact, join, separate } = $state.snapshot(this.words);
    const said = Object.fromEntries(Object.entries(contact).filter(([, text]) => text.trim() !== ''));
    return {
      service: service ?? '',
      ...(place && { lon: place.lon, lat: place.lat, accuracy_m: place.accuracy }),
      address: address.trim(),
      description: description.trim(),
      answers,
      photos: photos.flatMap(({ id }) => id ?? []),
      ...(Object.keys(said).length > 0 && { contact: said }),
      language: getLocale(),
      ...(join ? { join } : separate ? { separate } : {}),
    };
  }

  /** The same key for the same words, another for others. */
  keyFor(request: NewRequest): string {
    const text = JSON.stringify(request);
    if (this.words.keyFor !== text) {
      this.words.keyFor = text;
      this.words.key = randomKey();
      this.keep();
    }
    return this.words.key;
  }
}

function read(): Words {
  try {
    return { ...structuredClone(EMPTY), ...(JSON.parse(sessionStorage.getItem(SLOT) ?? '{}') as Partial<Words>) };
  } catch {
    return structuredClone(EMPTY);
  }
}
