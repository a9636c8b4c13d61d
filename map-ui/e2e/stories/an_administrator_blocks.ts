import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { staffOf } from '../desk.ts';
import { open } from '../world.ts';

test('an administrator blocks a mail domain, sees it in the list, and lifts it', () =>
  open({ expects: /422/ }, async (page) => {
    const { email, password } = staffOf('admin');
    await page.goto('/settings/blocks');
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Blocks' }).waitFor();
    await page.getByLabel('What is blocked').selectOption({ label: 'Mail domain' });
    await page.getByLabel('Mail domain').fill('nowhere');
    await page.getByLabel(/^Why/).fill('Forty reports of a hole that is not there');
    await page.getByLabel(/^Why/).press('Enter');
    await page.getByRole('alert').filter({ hasText: 'must be a domain' }).waitFor();
    await page.getByLabel('Mail domain').fill('@Story.example');
    await page.getByLabel('Mail domain').press('Enter');
    const row = page.getByRole('listitem').filter({ hasText: 'story.example' });
    await row.waitFor();
    assert.match((await row.textContent()) ?? '', /Forty reports/);
    await assertAccessible(page, 'the blocks');
    await row.getByRole('button', { name: /^Lift/ }).press('Enter');
    await row.waitFor({ state: 'detached' });
  }));
