/** What the steps of a report do: choose a service, settle the place, join an open case. */
import type { Service } from '../../api/city';
import { type Near, nearby } from '../../api/requests';
import { within } from '../../offline/network';
import * as m from '../../paraglide/messages.js';
import { type Flow, said } from './flow.svelte.ts';
import { flaws } from './questions';
import { send } from './sending.svelte.ts';

/** How long the question for duplicates may hold somebody up. */
const NEARBY_MS = 8_000;

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
      const found = await within(NEARBY_MS, (signal) => nearby(place.lon, place.lat, service, signal));
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
