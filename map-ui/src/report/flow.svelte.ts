/** The way through a report: photo → what → where → (same one?) → send → sent. The step is in the address; back goes back. */
import { Problem } from '../api/call';
import { city, type City, type Question, questions, type Service, services } from '../api/city';
import { file, type Filed, type Near, nearby } from '../api/requests';
import { ask, go, here } from '../app/route.svelte';
import * as m from '../paraglide/messages.js';
import { keepTimeOf } from '../words/times';
import { Draft } from './draft.svelte';
import { Pictures } from './photos.svelte';
import { type Answers, flaws, sendable } from './questions';

export const STEPS = ['photo', 'what', 'where', 'same', 'send', 'sent'] as const;
export type StepName = (typeof STEPS)[number];

export interface Flaw {
  /** Id of the element to go to. */
  field: string;
  text: string;
}

export class Flow {
  draft = new Draft();
  pictures = new Pictures(this.draft, ({ lon, lat }) => {
    // The first photo that knows its place proposes the pin; later ones, and a pin set by hand, are left alone.
    const held = this.draft.words.place;
    if (lon !== null && lat !== null && (!held || held.from === 'link')) this.draft.put({ lon, lat, from: 'photo' });
  });
  city = $state.raw<City | null>(null);
  services = $state.raw<Service[]>([]);
  questions = $state.raw<Question[]>([]);
  near = $state.raw<Near[]>([]);
  radius = $state(0);
  filed = $state.raw<Filed | null>(null);
  busy = $state(false);
  failure = $state('');
  flaws = $state.raw<Flaw[]>([]);

  service = $derived(this.services.find(({ code }) => code === this.draft.words.service) ?? null);
  /** The address may ask for a step whose ground is not laid: then the first missing one is shown. */
  step: StepName = $derived.by(() => {
    const wanted = STEPS.find((name) => name === here.query.get('step')) ?? 'photo';
    const { service, place } = this.draft.words;
    if (wanted === 'sent') return this.filed ? 'sent' : 'photo';
    if (STEPS.indexOf(wanted) > STEPS.indexOf('what') && !service) return 'what';
    if (STEPS.indexOf(wanted) > STEPS.indexOf('where') && !place && !this.draft.words.address.trim()) return 'where';
    return wanted === 'same' && this.near.length === 0 ? 'send' : wanted;
  });

  async open(): Promise<void> {
    try {
      [this.city, this.services] = await Promise.all([city(), services()]);
      keepTimeOf(this.city.time_zone);
      if (this.draft.words.service) await this.#askQuestions(this.draft.words.service);
      this.failure = '';
    } catch (error) {
      this.failure = said(error);
    }
  }

  to(step: StepName, how: { replace?: boolean } = {}): void {
    this.flaws = [];
    this.failure = '';
    ask({ step: step === 'photo' ? null : step }, { replace: how.replace ?? false });
    document.querySelector<HTMLElement>('main')?.scrollTo(0, 0);
    scrollTo(0, 0);
  }

  async choose(service: Service): Promise<void> {
    if (this.draft.words.service !== service.code) {
      this.draft.words.service = service.code;
      this.draft.words.answers = {};
      this.draft.forgetNear();
      this.questions = [];
    }
    this.to('where');
    await this.#askQuestions(service.code).catch((error: unknown) => (this.failure = said(error)));
  }

  async #askQuestions(service: string): Promise<void> {
    const found = await questions(service);
    if (this.draft.words.service === service) this.questions = found;
  }

  /** The place is settled: is somebody else's report of the same thing open there? Not knowing is no reason to stop. */
  async placed(): Promise<void> {
    const { place, service, join, separate } = this.draft.words;
    if (!place && !this.draft.words.address.trim()) {
      this.flaws = [{ field: 'place', text: m.where_missing() }];
      return;
    }
    this.near = [];
    if (place && service && !join && !separate) {
      this.busy = true;
      try {
        const found = await nearby(place.lon, place.lat, service);
        this.near = found.cases;
        this.radius = found.radius_m;
      } catch {
        // The server decides again when the report is sent.
      }
      this.busy = false;
    }
    this.to(this.near.length > 0 ? 'same' : 'send');
  }

  /** The same one: sent at once, unless the service still has to ask something. */
  async join(near: Near): Promise<void> {
    this.draft.choose(near);
    const open = Object.keys(flaws(this.questions, this.draft.words.answers)).length > 0;
    if (open) this.to('send');
    else await this.send();
  }

  new(): void {
    this.draft.choose(null);
    this.to('send');
  }

  async send(): Promise<void> {
    if (this.busy) return;
    const answers: Answers = this.draft.words.answers;
    const wrong = flaws(this.questions, answers);
    this.flaws = Object.entries(wrong).map(([code, flaw]) => ({
      field: `answers.${code}`,
      text: `${this.questions.find((question) => question.code === code)?.description ?? code}: ${flaw === 'missing' ? m.answer_missing() : m.answer_number()}`,
    }));
    this.failure = '';
    if (this.flaws.length > 0) return;
    this.busy = true;
    await this.#settled();
    const request = this.draft.request(sendable(this.questions, answers));
    try {
      this.filed = await file(request, this.draft.keyFor(request));
      const { place } = this.draft.words;
      this.draft.startAgain(place && { ...place, from: 'link' });
      this.pictures.all = [];
      this.near = [];
      go('/report?step=sent', { replace: true });
    } catch (error) {
      this.#refused(error);
    }
    this.busy = false;
  }

  /** Photos still on their way belong to the report. */
  async #settled(): Promise<void> {
    while (this.pictures.sending) await new Promise((resolve) => setTimeout(resolve, 120));
  }

  #refused(error: unknown): void {
    if (error instanceof Problem && error.status === 409 && Array.isArray(error.body.candidates)) {
      this.near = error.body.candidates as Near[];
      this.draft.forgetNear();
      this.to('same');
    } else if (error instanceof Problem && error.errors.length > 0) {
      this.flaws = error.errors.map(({ field, problem }) => ({ field, text: `${this.#nameOf(field)} ${problem}` }));
      if (error.errors.some(({ field }) => field === 'lon' || field === 'lat')) {
        const kept = this.flaws;
        this.to('where');
        this.flaws = kept.map(({ text }) => ({ field: 'place', text }));
      }
    } else this.failure = said(error);
  }

  #nameOf(field: string): string {
    const question = this.questions.find(({ code }) => field === `answers.${code}`);
    return question?.description ?? { lon: m.field_place(), lat: m.field_place(), description: m.field_description() }[field] ?? field;
  }
}

function said(error: unknown): string {
  if (error instanceof Problem) return error.offline ? m.state_offline() : error.detail || error.title;
  return m.state_failed();
}
