/** What the stories of residents have in common. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { api } from './world.ts';

/** Services come from the city; this takes one without questions, so that the story is the shortest. */
export async function plainService(policy?: 'suggest'): Promise<string> {
  const services = await api<{ name: string; questions: boolean; type: string; duplicates: { policy: string } }[]>('/api/services');
  const plain = services.filter(({ questions, duplicates }) => !questions && (!policy || duplicates.policy === policy));
  const [first] = plain.toSorted((a, b) => Number(b.type === 'realtime') - Number(a.type === 'realtime'));
  assert.ok(first, 'the city has a service without questions');
  return first.name;
}

export async function middle(): Promise<[number, number]> {
  const { center } = await api<{ center: [number, number] }>('/api/config');
  return center;
}

/** Past the open cases near by, if there are any. */
export async function toTheEnd(page: Page): Promise<void> {
  const send = page.getByRole('button', { name: 'Send report' });
  const none = page.getByRole('button', { name: 'None of these, mine is new' });
  await send.or(none).first().waitFor();
  if (await none.isVisible()) await none.click();
  await send.waitFor();
}

/** A spot of the city where nothing was filed yet, so that what a story files there can be counted. */
let spots = 0;
export async function spot(): Promise<{ lon: number; lat: number }> {
  const [lon, lat] = await middle();
  for (;;) {
    spots += 1;
    const at = { lon: lon - 0.006 - (spots % 16) * 0.0021, lat: lat - 0.004 + Math.floor(spots / 16) * 0.0015 };
    if ((await filedAt(at)) === 0) return at;
  }
}

/** How many requests the server has within about fifty metres. */
export async function filedAt({ lon, lat }: { lon: number; lat: number }): Promise<number> {
  const box = [lon - 0.0008, lat - 0.0005, lon + 0.0008, lat + 0.0005].join(',');
  return (await api<{ features: unknown[] }>(`/api/requests?bbox=${box}&limit=100`)).features.length;
}

/** The service worker holds what a report needs, the questions of the services included. */
export async function ready(page: Page): Promise<void> {
  const { length } = await api<{ code: string }[]>('/api/services');
  // Asked again and again from here: a wait inside the page takes a promise for yes.
  for (let tries = 0; (await questionsKept(page)) < length; tries++) {
    assert.ok(tries < 300, 'the worker keeps every service before long');
    await page.waitForTimeout(200);
  }
}

/** Services whose questions the worker has kept; none before it has taken the page over. */
const questionsKept = (page: Page) =>
  page.evaluate(async () => {
    if (!navigator.serviceWorker.controller) return 0;
    const facts = await (await caches.open('facts')).keys();
    return facts.filter(({ url }) => url.includes('/api/services/')).length;
  });

/** From the choice of the service to the last step. */
export async function fill(page: Page, service: string): Promise<void> {
  await page.locator('.tile', { hasText: service }).first().click();
  await page.getByRole('button', { name: 'Yes, it is here' }).click();
  await toTheEnd(page);
}
