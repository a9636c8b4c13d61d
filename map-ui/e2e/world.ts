/** What the stories share: filled before the first one begins. */
import type { Browser, Page } from 'playwright-core';
import { type Looks, visit } from './browser.ts';
import type { RunningCity } from './city.ts';

export const world = {} as { city: RunningCity; browser: Browser; base: string };

export function open(looks: Looks, work: (page: Page) => Promise<void>): Promise<void> {
  return visit(world.browser, world.base, looks, work);
}

export async function api<T>(path: string): Promise<T> {
  const answer = await fetch(world.base + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
