import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { photoTakenAt } from '../photo.ts';
import { fill, plainService, spot } from '../resident.ts';
import { open } from '../world.ts';

async function follow(page: Page): Promise<void> {
  const at = await spot();
  await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
  await fill(page, await plainService());
  await page.getByRole('button', { name: 'Send report' }).click();
  await page.getByRole('link', { name: 'Follow it' }).click();
  await page.getByRole('heading', { name: 'Your request' }).waitFor();
}

test('who filed a request adds words and a photo, which everybody can read', () =>
  open({ width: 390, worker: false, expects: /ERR_INTERNET_DISCONNECTED/ }, async (page) => {
    await follow(page);
    await page.getByRole('button', { name: 'Add a word or a photo' }).click();
    await page.getByRole('button', { name: 'Add to the request' }).click();
    await page.getByText('Write something, or add a photo.').waitFor();
    await page.getByLabel('What is there to add?').fill('It is deeper since the <b>rain</b>.');
    await assertAccessible(page, 'adding to a request');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Add to the request' }).click();
    await page.getByText('What you wrote is kept here').waitFor();
    await assertAccessible(page, 'adding without a network');
    await page.context().setOffline(false);
    await page.reload();
    await page.locator('input[multiple]').setInputFiles({ name: 'more.jpg', mimeType: 'image/jpeg', buffer: await photoTakenAt(page, 0, 0) });
    await page.getByText('Received').waitFor();
    await page.getByRole('button', { name: 'Add to the request' }).click();
    await page.getByText('Added. Everybody can read it now.').waitFor();
    await page.locator('.story', { hasText: 'It is deeper since the <b>rain</b>.' }).waitFor();
    await assertAccessible(page, 'a story with a comment');
    await page.goto(page.url().split('?')[0] ?? '');
    await page.locator('.story', { hasText: 'It is deeper since the <b>rain</b>.' }).waitFor();
  }));

test('who filed a request withdraws it, in two steps and with a reason', () =>
  open({ width: 390, worker: false }, async (page) => {
    await follow(page);
    await page.getByRole('button', { name: 'Withdraw my request' }).click();
    await page.getByText('Nobody works on it for you any more').waitFor();
    await assertAccessible(page, 'withdrawing');
    await page.getByLabel('Why?').fill('My neighbour mended it.');
    await page.getByRole('button', { name: 'Withdraw it' }).click();
    await page.getByText('Withdrawn. Thank you for telling us.').waitFor();
    await page.locator('.story', { hasText: 'My neighbour mended it.' }).waitFor();
    await assertAccessible(page, 'a withdrawn request');
    await page.reload();
    await page.getByText('This case is finished').waitFor();
  }));

test('a link with a wrong token says so, and leads to what everybody may see', () =>
  open({ width: 390, worker: false, expects: /401/ }, async (page) => {
    await follow(page);
    await page.goto(`${page.url().split('?')[0]}?token=00000000000000000000000000`);
    await page.getByRole('heading', { name: 'This link does not belong to the request' }).waitFor();
    await assertAccessible(page, 'a wrong link');
    await page.getByRole('link', { name: 'See it by its number alone' }).click();
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
  }));
