/** Sends a report, or keeps it on this phone until there is a network; takes a kept one back into the form. */
import { Problem } from '../../api/call';
import { file, type Near, type NewRequest } from '../../api/requests';
import { go } from '../../app/route.svelte.ts';
import { isNetwork, within } from '../../offline/network';
import { outbox } from '../../offline/outbox.svelte.ts';
import * as m from '../../paraglide/messages.js';
import { coordinates } from '../../words/figures';
import { type Flow, said } from './flow.svelte.ts';
import { randomKey } from './key';
import { pointedOut } from './hints';
import { flaws, sendable } from './questions';

/** After this a resident is told the report is kept, and may go: it is sent when it can be. */
const PATIENCE_MS = 20_000;

export async function send(flow: Flow): Promise<void> {
  if (flow.busy) return;
  const { draft } = flow;
  const wrong = flaws(flow.questions, draft.words.answers);
  flow.failure = '';
  flow.flaws = Object.entries(wrong).map(([code, flaw]) => ({
    field: `answers.${code}`,
    text: `${nameOf(flow, `answers.${code}`)}: ${flaw === 'missing' ? m.answer_missing() : m.answer_number()}`,
  }));
  if (flow.flaws.length > 0) return;
  flow.busy = true;
  if (navigator.onLine && (await pointedOut(flow))) {
    flow.busy = false;
    if (flow.step !== 'send') flow.to('send');
    return;
  }
  await settled(flow);
  const request = { ...draft.request(sendable(flow.questions, draft.words.answers)), ...(flow.website && { website: flow.website }) };
  const key = draft.keyFor(request);
  try {
    // A photo that waits for the network makes the whole report wait: it is sent as one.
    if (!navigator.onLine || flow.pictures.unsent.length > 0) await keep(flow, 'waiting', request, key);
    else {
      flow.filed = await within(PATIENCE_MS, (signal) => file(request, key, signal));
      await done(flow, '/report?step=sent');
    }
  } catch (error) {
    // Perhaps only the answer was lost: the same words under the same key are filed once.
    if (!isNetwork(error) || !(await keep(flow, 'waiting', request, key).then(() => true, () => false))) refused(flow, error);
  }
  flow.busy = false;
}

/** The form is empty again, but for the place: the next report may be near here. */
async function done(flow: Flow, next: string): Promise<void> {
  const { place, kept } = flow.draft.words;
  if (kept) await outbox.forget(kept).catch(() => undefined);
  flow.draft.startAgain(place && { ...place, from: 'link' });
  flow.pictures.clear();
  [flow.hints, flow.checked] = [[], ''];
  flow.near = [];
  go(next, { replace: true });
}

/** Puts the report on this phone's shelf: to be sent by itself, or for the resident to go on with. */
async function keep(flow: Flow, state: 'waiting' | 'held', request: NewRequest | null, key: string): Promise<void> {
  const words = $state.snapshot(flow.draft.words);
  const { place, address } = words;
  const photos = flow.pictures.all.flatMap(({ key, id, blob, taken, state }) => (state === 'failed' ? [] : [{ key, id, blob, ...taken }]));
  const title = flow.service?.name ?? m.page_report();
  await outbox.add({ key, at: Date.now(), state, request, photos, words, title, place: address.trim() || (place ? coordinates(place.lon, place.lat) : ''), tries: 0, next: 0 });
  await done(flow, '/report?step=kept');
}

/** Takes a kept report back into the form; what the form held before is kept in its stead. */
export async function change(flow: Flow, key: string): Promise<void> {
  const report = await outbox.take(key);
  if (!report) return;
  const { kept } = flow.draft.words;
  if (flow.draft.begun && !kept) await keep(flow, 'held', null, randomKey());
  flow.draft.words = { ...report.words, kept: key, photos: report.photos.map(({ blob: _, ...held }) => held) };
  flow.pictures.again(flow.draft.words.photos, new Map(report.photos.flatMap(({ key, blob }) => (blob ? [[key, blob] as const] : []))));
  if (report.words.service) await flow.askQuestions(report.words.service).catch(() => undefined);
  flow.near = report.near ?? [];
  if (report.near) flow.draft.forgetNear();
  flow.to(report.near ? 'same' : report.words.service ? 'send' : 'photo');
  if (report.problem) refused(flow, new Problem(422, '', report.problem, report.errors));
}

/** Photos still on their way belong to the report. */
async function settled(flow: Flow): Promise<void> {
  while (flow.pictures.busy) await new Promise((resolve) => setTimeout(resolve, 120));
}

function refused(flow: Flow, error: unknown): void {
  if (error instanceof Problem && error.status === 409 && Array.isArray(error.body.candidates)) {
    flow.near = error.body.candidates as Near[];
    flow.draft.forgetNear();
    flow.to('same');
  } else if (error instanceof Problem && error.errors.length > 0) {
    const found = error.errors.map(({ field, problem }) => ({ field, text: `${nameOf(flow, field)} ${problem}` }));
    const misplaced = error.errors.some(({ field }) => field === 'lon' || field === 'lat');
    if (misplaced) flow.to('where');
    flow.flaws = misplaced ? found.map(({ text }) => ({ field: 'place', text })) : found;
  } else {
    flow.failure = said(error);
    flow.offline = error instanceof Problem && error.offline;
  }
}

/** What the resident calls a field that the server names. */
function nameOf(flow: Flow, field: string): string {
  const question = flow.questions.find(({ code }) => field === `answers.${code}`);
  const known: Record<string, string> = { lon: m.field_place(), lat: m.field_place(), description: m.field_description(), 'contact.email': m.send_mail(), 'contact.phone': m.send_phone() };
  return question?.description ?? known[field] ?? field;
}
