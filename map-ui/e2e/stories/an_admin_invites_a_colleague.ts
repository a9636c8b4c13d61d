import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { sitDown, staffOf } from '../desk.ts';
import { open, world } from '../world.ts';

const PASSWORD = 'four unrelated words';

interface Colleague {
  id: number;
  version: number;
  name: string;
  email: string;
}

async function send<T>(page: Page, method: 'post' | 'patch', path: string, data: unknown, headers: Record<string, string> = {}): Promise<T> {
  const answer = await page.request[method](path, { data, headers: { origin: world.base, ...headers } });
  assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`);
  return (answer.status() === 204 ? undefined : await answer.json()) as T;
}

async function fits(page: Page, what: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${what} is ${wider} px too wide`);
  await assertAccessible(page, what);
}

test('an admin invites a colleague, who gets in, may do what was given, and is stopped again', () =>
  open({ expects: /401|403/ }, async (page) => {
    await sitDown(page, '/settings/people');
    await page.getByRole('link', { name: 'Invite a colleague' }).click();
    await page.getByLabel('Work e-mail').fill('robin@alderford.example');
    await page.getByLabel('Name', { exact: true }).fill('Robin Example');
    await page.getByRole('combobox', { name: 'As' }).selectOption({ label: 'Dispatcher' });
    await page.getByRole('combobox', { name: 'Where' }).selectOption({ index: 1 });
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    const { mail } = world.city;
    // With a mail server the link is the colleague's alone; without one the admin hands it over.
    const link = mail ? await mail.letter('robin@alderford.example', 'You are invited') : await page.getByRole('region', { name: 'Robin Example is invited' }).locator('code').innerText();
    await assertAccessible(page, 'an invitation');
    const token = /#(\S+)/.exec(link)?.[1] ?? '';
    await send(page, 'post', '/api/invitations/accept', { token, name: 'Robin Example', password: PASSWORD });

    // Another browser: who was invited, with what was given and no more.
    await open({}, async (other) => {
      const me = await send<{ acts: string[] }>(other, 'post', '/api/session', { email: 'robin@alderford.example', password: PASSWORD });
      assert.ok(me.acts.includes('move_case') && !me.acts.includes('manage_staff'));
      await other.addInitScript(() => localStorage.setItem('waymark-staff', '1'));
      await other.goto('/settings');
      await other.getByRole('heading', { name: 'Your account' }).waitFor();
      assert.equal(await other.getByRole('link', { name: 'People' }).count(), 0);

      await page.getByRole('link', { name: 'Open Robin Example' }).click();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      const dialog = page.getByRole('dialog', { name: 'Stop Robin Example?' });
      await assertAccessible(page, 'asked once more');
      await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByText('Stopped; every session has ended.').waitFor();
      assert.equal((await other.request.get('/api/session')).status(), 401);
    });
    await page.getByRole('link', { name: 'All people' }).click();
    await page.getByPlaceholder('Find by name or e-mail').fill('robin@');
    await page.getByText('Nobody here').waitFor();
    await page.getByText('Stopped', { exact: true }).click();
    await page.getByRole('link', { name: /Robin Example/ }).waitFor();
    assert.match(page.url(), /q=robin.*show=stopped|show=stopped.*q=robin/);
  }));

test('what somebody else changed meanwhile is not overwritten unseen', () =>
  open({ expects: /412/ }, async (page) => {
    await sitDown(page, '/settings/people');
    const { email } = staffOf('leader');
    const found = (await (await page.request.get(`/api/staff?q=${encodeURIComponent(email)}`)).json()) as { members: Colleague[] };
    const leader = found.members[0] as Colleague;
    await page.goto(`/settings/people/${leader.id}`);
    await page.getByLabel('Name', { exact: true }).fill('Mine');
    await send(page, 'patch', `/api/staff/${leader.id}`, { name: 'Theirs' }, { 'if-match': `"${leader.version}"` });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else changed this person meanwhile').waitFor();
    await assertAccessible(page, 'overtaken');
    await page.getByRole('button', { name: 'Read again' }).click();
    await page.getByRole('heading', { name: 'Theirs' }).waitFor();
    await page.getByLabel('Name', { exact: true }).fill(leader.name);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved', { exact: true }).waitFor();
  }));

test('a key is made, copied, used and withdrawn', () =>
  open({ expects: /401/ }, async (page) => {
    await sitDown(page, '/settings/keys');
    await page.getByRole('link', { name: 'Make a key' }).click();
    await page.getByLabel('Whose key is it?').fill('Depot screen');
    await page.getByRole('button', { name: /^Take away: File/ }).click();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const once = page.getByRole('region', { name: 'The key of Depot screen is made' });
    const key = await once.locator('code').innerText();
    await once.getByRole('button', { name: 'Copy' }).click();
    await once.getByRole('button', { name: 'Copied' }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
    const ask = () => fetch(`${world.base}/api/services`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal((await ask()).status, 200);
    await page.getByRole('link', { name: 'All keys' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Depot screen' }).getByText(/Used .* from/).waitFor();
    await page.getByRole('button', { name: 'Withdraw the key of Depot screen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await page.getByRole('listitem').filter({ hasText: 'Depot screen' }).getByText('Withdrawn').waitFor();
    assert.equal((await ask()).status, 401);
  }));

test('an auditor reads people and keys, and is offered no change; the desk neither', () =>
  open({}, async (page) => {
    await sitDown(page, '/settings/people', 'auditor');
    await page.getByRole('link', { name: new RegExp(staffOf('admin').email) }).click();
    await page.getByText('You may look, and change nothing here.').waitFor();
    assert.equal(await page.getByRole('button', { name: /Save|Stop|Add|Take away/ }).count(), 0);
    await page.goto('/settings/keys');
    await page.getByText('Programs that file or read').waitFor();
    assert.equal(await page.getByRole('button', { name: /Withdraw/ }).count(), 0);
    await page.goto('/desk');
    await page.locator('[role=row]').nth(1).click();
    await page.getByRole('region', { name: 'Case' }).getByRole('heading').first().waitFor();
    assert.equal(await page.getByRole('button', { name: /Keep|Publish|Other/ }).count(), 0);
  }));

for (const dark of [false, true]) {
  test(`people and keys fit a phone and are accessible, ${dark ? 'dark' : 'light'}`, () =>
    open({ width: 390, dark, language: 'es' }, async (page) => {
      await sitDown(page, '/settings/people');
      const { members } = (await (await page.request.get('/api/staff?limit=1')).json()) as { members: Colleague[] };
      for (const path of ['/settings/people', '/settings/people/new', `/settings/people/${members[0]?.id}`, '/settings/keys', '/settings/keys/new']) {
        await page.goto(path);
        await page.locator('main h2, main ul, main form').first().waitFor();
        await fits(page, path);
      }
    }));
}
