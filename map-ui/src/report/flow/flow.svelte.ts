/**
 * The way through a report: photo → what → where → (same one?) → send → sent, or kept on this phone. The step is in the
 * address, so back goes back. What the steps do stands in `actions.ts`.
 */
import { Problem } from '../../api/call';
import { city, type City, type Question, questions, type Service, services } from '../../api/city';
import type { Hint } from '../../api/moderation';
import type { Filed, Near } from '../../api/requests';
import { ask, here } from '../../app/route.svelte.ts';
import * as m from '../../paraglide/messages.js';
import { readPlace } from '../../map/measure/view';
import { keepTimeOf } from '../../words/zone';
import { Pictures } from '../photos/pictures.svelte.ts';
import { Draft } from './draft.svelte.ts';

export const STEPS = ['photo', 'what', 'where', 'same', 'send', 'sent', 'kept'] as const;
export type StepName = (typeof STEPS)[number];

export interface Flaw {
  /** Id of the element to go to. */
  field: string;
  text: string;
}

/** What a server takes that has not said yet: it has the last word in any case. */
const UNTOLD: City['photo'] = { max_bytes: 20 << 20, max_per_request: 6, types: [] };

export class Flow {
  draft = new Draft();
  pictures = new Pictures(
    () => this.draft.words,
    (at) => {
      // The first photo that knows its place proposes the pin; later ones, and a pin set by hand, are left alone.
      const held = this.draft.words.place;
      if (!held || held.from === 'link') this.draft.put({ ...at, from: 'photo' });
    },
  );
  city = $state.raw<City | null>(null);
  services = $state.raw<Service[]>([]);
  questions = $state.raw<Question[]>([]);
  near = $state.raw<Near[]>([]);
  /** How far "near" reaches, in metres. */
  radius = $state(0);
  filed = $state.raw<Filed | null>(null);
  busy = $state(false);
  failure = $state('');
  /** The failure is only the network's: nothing is wrong, and it is not shown as if. */
  offline = $state(false);
  flaws = $state.raw<Flaw[]>([]);
  /** A field that nobody sees, which programs fill. */
  website = $state('');
  /** Personal data found in the words, and the words that were looked through. */
  hints = $state.raw<Hint[]>([]);
  checked = '';

  service = $derived(this.services.find(({ code }) => code === this.draft.words.service) ?? null);
  /** The address may ask for a step whose ground is not laid: then the first missing one is shown. */
  step: StepName = $derived.by(() => {
    const wanted = STEPS.find((name) => name === here.query.get('step')) ?? 'photo';
    const { service, place } = this.draft.words;
    if (wanted === 'kept') return 'kept';
    if (wanted === 'sent') return this.filed ? 'sent' : 'photo';
    if (STEPS.indexOf(wanted) > STEPS.indexOf('what') && !service) return 'what';
    if (STEPS.indexOf(wanted) > STEPS.indexOf('where') && !place && !this.draft.words.address.trim()) return 'where';
    return wanted === 'same' && this.near.length === 0 ? 'send' : wanted;
  });

  /** `?near=lat,lon`: another report from where the last one was. */
  constructor() {
    const at = readPlace(`${here.query.get('near')},14`);
    if (at && !this.draft.words.place) this.draft.put({ lon: at.lon, lat: at.lat, from: 'link' });
  }

  async open(): Promise<void> {
    try {
      [this.city, this.services] = await Promise.all([city(), services()]);
      keepTimeOf(this.city.time_zone);
      if (this.draft.words.service) await this.askQuestions(this.draft.words.service);
      this.failure = '';
    } catch (error) {
      this.failure = said(error);
    }
  }

  take(photos: File[]): void {
    this.pictures.add(photos, this.city?.photo ?? UNTOLD);
  }

  async askQuestions(service: string): Promise<void> {
    const found = await questions(service);
    if (this.draft.words.service === service) this.questions = found;
  }

  to(step: StepName): void {
    this.flaws = [];
    this.failure = '';
    ask({ step: step === 'photo' ? null : step }, { replace: false });
    document.querySelector<HTMLElement>('main')?.scrollTo(0, 0);
    scrollTo(0, 0);
  }
}

/** A failure in words for the resident. */
export function said(error: unknown): string {
  if (error instanceof Problem) return error.offline ? m.state_offline() : error.detail || error.title;
  return m.state_failed();
}
