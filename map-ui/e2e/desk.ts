/** What the stories of the desk share: who sits there, and the cases they may move. */
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { world } from './world.ts';

export interface Row {
  id: number;
  number: string;
  service: string;
  service_name: string;
  status: string;
  version: number;
  opened_at: number;
}

/** The sign-in that the demo prints for the first of this role. */
export function staffOf(role: 'admin' | 'dispatcher' | 'leader' | 'auditor'): { email: string; password: string; name: string } {
  const { said } = world.city;
  const [, email = '', name = ''] = new RegExp(`^\\s*(\\S+@\\S+)\\s+([^:]+): ${role}`, 'm').exec(said) ?? [];
  const password = /^\s*password.*\s(\S+)\s*$/m.exec(said)?.[1] ?? '';
  assert.ok(email && password, `the demo prints staff sign-ins:\n${said}`);
  return { email, password, name };
}

/** Signs in without the form, which has a story of its own, and opens a page of the desk. */
export async function sitDown(page: Page, path = '/desk', role: Parameters<typeof staffOf>[0] = 'admin'): Promise<void> {
  const { email, password } = staffOf(role);
  const answer = await page.request.post('/api/session', { data: { email, password }, headers: { origin: world.base } });
  assert.equal(answer.status(), 200, await answer.text());
  await page.addInitScript(() => localStorage.setItem('waymark-staff', '1'));
  await page.goto(path);
}

/** Open cases that can go to any of the usual places, newest first, as the list shows them. */
export async function movable(page: Page, atLeast: number): Promise<Row[]> {
  const answer = await page.request.get('/api/cases?open=true&limit=50');
  const { cases } = (await answer.json()) as { cases: Row[] };
  const found = cases.filter(({ status }) => ['new', 'assigned', 'in_progress'].includes(status));
  assert.ok(found.length >= atLeast, `${found.length} open cases`);
  return found;
}

export async function statusOf(page: Page, id: number): Promise<string> {
  return ((await (await page.request.get(`/api/cases/${id}`)).json()) as Row).status;
}

/** Moves a case as a colleague would, beside the page. */
export async function colleagueMoves(page: Page, id: number, to: string): Promise<void> {
  const answer = await page.request.post(`/api/cases/${id}/moves`, { data: { to }, headers: { origin: world.base } });
  assert.equal(answer.status(), 200, await answer.text());
}

export const row = (page: Page, id: number) => page.locator(`#row-${id}`);
