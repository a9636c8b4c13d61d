import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { assertAccessible } from '../browser.ts';
import type { RunningMail } from '../mail.ts';
import { plainService, spot } from '../resident.ts';
import { api, open, world } from '../world.ts';

/** The city's mail server; without one the story cannot be told (`scripts/mail` brings one). */
function mailOf(told: TestContext): RunningMail | null {
  if (!world.city.mail) told.skip('no mail server is at hand');
  return world.city.mail;
}

async function files(email: string): Promise<string> {
  const services = await api<{ code: string; name: string }[]>('/api/services');
  const name = await plainService();
  const { lon, lat } = await spot();
  const filing = { service: services.find((service) => service.name === name)?.code, lon, lat, separate: true, contact: { email } };
  const answer = await fetch(`${world.base}/api/requests`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(filing) });
  assert.equal(answer.status, 201);
  return ((await answer.json()) as { number_spoken: string }).number_spoken;
}

test('a resident finds all requests that were filed with a mail address', async (told) => {
  const mail = mailOf(told);
  if (!mail) return;
  const numbers = [await files('Rosa@example.org'), await files('rosa@example.org')];
  const other = await files('somebody@example.org');
  await mail.letter('Rosa@example.org', 'We have your request');
  await open({ width: 390, expects: /401/ }, async (page) => {
    await page.goto('/my');
    await page.getByLabel('E-mail').fill('rosa@EXAMPLE.org');
    await assertAccessible(page, 'asking for a code');
    await page.getByRole('button', { name: 'Send me a code' }).click();
    await page.getByRole('heading', { name: 'Enter the code' }).waitFor();
    await page.getByLabel('Code').fill('0000 0000');
    await page.getByRole('button', { name: 'Show my requests' }).click();
    await page.getByText('This code is wrong').waitFor();
    await assertAccessible(page, 'a wrong code');
    const letter = await mail.letter('rosa@example.org', 'Your code for Alderford');
    await page.getByLabel('Code').fill(/code is (\d{4} \d{4})/.exec(letter)?.[1] ?? '');
    await page.keyboard.press('Enter');
    for (const number of numbers) await page.getByText(number).waitFor();
    assert.equal(await page.getByText(other).count(), 0);
    await assertAccessible(page, 'the list of requests');
    await page.reload();
    await page.locator('.tile', { hasText: numbers[0] }).click();
    await page.getByRole('button', { name: 'Withdraw my request' }).waitFor();
    await page.getByRole('link', { name: 'See all requests that you filed' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('button', { name: 'Send me a code' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Send me a code' }).waitFor();
  });
});

test('a colleague is invited by mail, forgets the password, and comes in again', async (told) => {
  const mail = mailOf(told);
  if (!mail) return;
  const email = 'nadia@alderford.example';
  await world.city.command('staff', 'add', '--email', email, '--name', 'Nadia', '--role', 'dispatcher', '--invite');
  // The city took a free port, which its letters do not know.
  const linkIn = (letter: string) => /\/(?:invite|reset)#\S+/.exec(letter)?.[0] ?? '';
  const invitation = linkIn(await mail.letter(email, 'You are invited'));
  const signIn = async (page: Parameters<Parameters<typeof open>[1]>[0], password: string) => {
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('grid').first().waitFor();
  };
  await open({ width: 1240, expects: /401|422/ }, async (page) => {
    await page.goto(invitation);
    await page.getByLabel('Your name').fill('Nadia Haddad');
    await page.getByLabel('New password').fill('passwordpassword');
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByText('This password would be guessed').waitFor();
    await assertAccessible(page, 'an invitation with a poor password');
    await page.getByLabel('New password').fill('seven green umbrellas dance');
    await page.getByRole('button', { name: 'Accept the invitation' }).click();
    await page.getByRole('heading', { name: 'Welcome' }).waitFor();
    assert.equal(new URL(page.url()).hash, '', 'the used token is gone from the address');
    await page.getByRole('link', { name: 'Staff sign-in' }).click();
    await signIn(page, 'seven green umbrellas dance');
  });
  await open({ width: 390, expects: /401/ }, async (page) => {
    await page.goto(invitation);
    await page.getByRole('heading', { name: 'This invitation opens nothing any more' }).waitFor();
    await assertAccessible(page, 'a used invitation');
    await page.goto('/desk');
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('Work e-mail').fill(email);
    await assertAccessible(page, 'a forgotten password');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByRole('heading', { name: 'Look into your mail' }).waitFor();
    const link = linkIn(await mail.letter(email, 'A new password'));
    await page.goto(link);
    await page.getByLabel('New password').fill('nine quiet bridges sing');
    await assertAccessible(page, 'a new password');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor();
    await mail.letter(email, 'Your password for Alderford was changed');
    await page.goto('/');
    await page.goto(link);
    await page.getByLabel('New password').fill('nine quiet bridges sing');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByRole('heading', { name: 'This link opens nothing any more' }).waitFor();
  });
});
