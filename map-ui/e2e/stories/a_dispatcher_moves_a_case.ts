import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, drawn } from '../browser.ts';
import { open, world } from '../world.ts';

/** The sign-in that the demo prints for somebody who may move cases in some districts. */
function dispatcher(): { email: string; password: string } {
  const { said } = world.city;
  const email = /^\s*(\S+@\S+)\s.*dispatcher/m.exec(said)?.[1] ?? '';
  const password = /password.*\s(\S+)\s*$/m.exec(said.split('\n').find((line) => /^\s*password/.test(line)) ?? '')?.[1] ?? '';
  assert.ok(email && password, `the demo prints staff sign-ins:\n${said}`);
  return { email, password };
}

test('a dispatcher signs in, sees why a case is here, moves it and writes a note', () =>
  open({}, async (page) => {
    const { email, password } = dispatcher();
    await page.goto('/desk');
    await page.getByRole('heading', { name: 'Staff sign-in' }).waitFor();
    await assertAccessible(page, 'the sign-in');
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const first = page.locator('.queue li a').first();
    await first.waitFor();
    await drawn(page);
    await first.focus();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/desk\/cases\/\d+/);
    await page.getByRole('heading', { name: 'Why here' }).waitFor();
    await assertAccessible(page, 'the desk');
    await page.getByLabel('Note', { exact: true }).fill('Crew 12 is two streets away.');
    await page.getByRole('button', { name: 'Keep note' }).click();
    await page.locator('.case li', { hasText: 'Crew 12 is two streets away.' }).waitFor();
    const pill = page.locator('.case .st.pill');
    const before = await pill.textContent();
    await page.locator('.case .moves button').first().click();
    await page.waitForFunction((old) => document.querySelector('.case .st.pill')?.textContent !== old, before);
  }));

test('the desk fits a phone: the list, then the case, then back', () =>
  open({ width: 390 }, async (page) => {
    const { email, password } = dispatcher();
    await page.goto('/desk');
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.queue li a').first().click();
    await page.getByRole('link', { name: 'To the list' }).waitFor();
    const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wider, false, 'nothing is wider than the phone');
    await assertAccessible(page, 'a case on a phone');
    await page.getByRole('link', { name: 'To the list' }).click();
    await page.locator('.queue li a').first().waitFor();
  }));
