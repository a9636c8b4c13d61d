/** What the steps of a report do: choose a service, settle the place, join an open case, send. */
import { Problem } from '../../api/call';
import type { Service } from '../../api/city';
import { file, type Near, nearby } from '../../api/requests';
import { go } from '../../app/route.svelte.ts';
import * as m from '../../paraglide/messages.js';
import { type Flow, said } from './flow.svelte.ts';
import { flaws, sendable } from './questions';

export async function choose(flow: Flow, service: Service): Promise<void> {
  const { draft } = flow;
  if (draft.words.service !== service.code) {
    draft.words.service = service.code;
    draft.words.answers = {};
    draft.forgetNear();
    flow.questions = [];
  }
  flow.to('where');
  await flow.askQuestions(service.code).catch((error: unknown) => (flow.failure = said(error)));
}

/** The place is settled: is somebody else's report of the same thing open there? Not knowing is no reason to stop. */
export async function placed(flow: Flow): Promise<void> {
  const { place, service, address, join, separate } = flow.draft.words;
  if (!place && !address.trim()) {
    flow.flaws = [{ field: 'place', text: m.where_missing() }];
    return;
  }
  flow.near = [];
  if (place && service && !join && !separate) {
    flow.busy = true;
    try {
      const found = await nearby(place.lon, place.lat, service);
      flow.near = found.cases;
      flow.radius = found.radius_m;
    } catch {
      // The server decides again when the report is sent.
    }
    flow.busy = false;
  }
  flow.to(flow.near.length > 0 ? 'same' : 'send');
}

/** The same one: sent at once, unless the service still has to ask something. */
export async function join(flow: Flow, near: Near): Promise<void> {
  flow.draft.choose(near);
  const open = Object.keys(flaws(flow.questions, flow.draft.words.answers)).length > 0;
  if (open) flow.to('send');
  else await send(flow);
}

export function separate(flow: Flow): void {
  flow.draft.choose(null);
  flow.to('send');
}

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
  await settled(flow);
  const request = draft.request(sendable(flow.questions, draft.words.answers));
  try {
    flow.filed = await file(request, draft.keyFor(request));
    const { place } = draft.words;
    draft.startAgain(place && { ...place, from: 'link' });
    flow.pictures.all = [];
    flow.near = [];
    go('/report?step=sent', { replace: true });
  } catch (error) {
    refused(flow, error);
  }
  flow.busy = false;
}

/** Photos still on their way belong to the report. */
async function settled(flow: Flow): Promise<void> {
  while (flow.pictures.sending) await new Promise((resolve) => setTimeout(resolve, 120));
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
