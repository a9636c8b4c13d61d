import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { sitDown } from '../desk.ts';
import { photoTakenAt } from '../photo.ts';
import { middle, spot } from '../resident.ts';
import { api, open, world } from '../world.ts';

interface Filed {
  number: string;
  token: string;
}

/** A service without questions, whose places are public. */
async function plain(): Promise<string> {
  const services = await api<{ code: string; questions: boolean; type: string }[]>('/api/services');
  const found = services.find(({ code, questions, type }) => !questions && type === 'realtime' && code !== 'person-in-need');
  return found?.code ?? '';
}

async function filed(page: Page, service: string, description: string, photos: string[] = [], at?: { lon: number; lat: number }): Promise<Filed> {
  const place = at ?? (await spot());
  const answer = await page.request.post('/api/requests', { data: { service, ...place, description, photos, separate: true }, headers: { origin: world.base } });
  assert.equal(answer.status(), 201, await answer.text());
  return (await answer.json()) as Filed;
}

test('a resident is shown what one may want to leave out, and takes it out with one tap', () =>
  open({ width: 390, worker: false }, async (page) => {
    const at = await spot();
    const services = await api<{ name: string; questions: boolean; type: string }[]>('/api/services');
    const plain = services.find(({ questions, type }) => !questions && type === 'realtime');
    await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
    await page.locator('.tile', { hasText: plain?.name ?? '' }).first().click();
    await page.getByRole('button', { name: 'Yes, it is here' }).click();
    await page.getByLabel('Anything that helps?').fill('Deep hole. Call 312-555-0143 or ana@example.org');
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.getByRole('heading', { name: 'Is this meant for everybody?' }).waitFor();
    await page.getByText('Telephone number').waitFor();
    await assertAccessible(page, 'hints before sending');
    await page.getByRole('button', { name: /^Leave out.*312-555-0143/ }).click();
    assert.equal(await page.getByLabel('Anything that helps?').inputValue(), 'Deep hole. Call or ana@example.org');
    await page.getByRole('button', { name: 'Send as it is' }).click();
    await page.getByRole('link', { name: 'Follow it' }).click();
    await page.getByText('Deep hole. Call or ▇▇▇').waitFor();
    await page.getByText('is covered until somebody has looked at it').waitFor();
    await assertAccessible(page, 'a story with covered words');
  }));

test('a place that is not public is a soft disc with words, and its page says so', () =>
  open({ width: 390, worker: false }, async (page) => {
    const [lon, lat] = await middle();
    const at = { lon: lon + 0.00123, lat: lat + 0.00234 };
    const { number } = await filed(page, 'person-in-need', 'Somebody sleeps here', [], at);
    const seen = await api<{ lon: number; lat: number; place: string }>(`/api/requests/${number}`);
    assert.equal(seen.place, 'blurred');
    assert.ok(Math.abs(seen.lon - at.lon) > 1e-6 || Math.abs(seen.lat - at.lat) > 1e-6);
    await page.goto(`/requests/${number}`);
    await page.getByText('Shown only about: within').waitFor();
    await page.locator('.mini [data-drawn=true]').waitFor();
    await assertAccessible(page, 'a blurred place');
    await page.getByText('Report this as inappropriate').click();
    await page.getByLabel('What is wrong with it?').fill('It names somebody.');
    await page.getByRole('button', { name: 'Send to staff' }).click();
    await page.getByText('Somebody will look at it.').waitFor();
    await assertAccessible(page, 'a report of abuse');
  }));

test('a dispatcher decides by keys what the public sees', () =>
  open({ width: 1280, worker: false }, async (page) => {
    await sitDown(page, '/settings/account');
    const passed = await filed(page, await plain(), 'It is 0800 again, call 07700 900123', []);
    const hidden = await filed(page, await plain(), 'He lives there: plate AB12 CDE', []);
    const redacted = await filed(page, await plain(), 'Ask bob@example.org about it', []);
    await page.goto('/settings/moderation');
    await page.locator('[data-card]').first().waitFor();
    await assertAccessible(page, 'the moderation queue');
    const card = (words: string) => page.locator('[data-card]', { hasText: words }).last();
    await card('It is 0800 again').focus();
    await page.keyboard.press('a');
    await page.getByText('Public as it is.').waitFor();
    await card('AB12 CDE').focus();
    await page.keyboard.press('h');
    await page.getByLabel('Why?').fill('Names a neighbour');
    await page.keyboard.press('Enter');
    await page.getByText('Hidden from the public.').waitFor();
    await card('bob@example.org').focus();
    await page.keyboard.press('r');
    await page.getByText('To be taken out: bob@example.org').waitFor();
    await assertAccessible(page, 'taking words out');
    await page.getByRole('button', { name: 'Take out for good' }).click();
    await card('Ask ▇▇▇ about it').waitFor();
    const words = async (number: string) => (await api<{ description: string }>(`/api/requests/${number}`)).description;
    assert.equal(await words(passed.number), 'It is 0800 again, call 07700 900123');
    assert.equal(await words(redacted.number), 'Ask ▇▇▇ about it');
    assert.equal((await fetch(`${world.base}/api/requests/${hidden.number}`)).status, 404);
    await page.getByText('Hidden', { exact: true }).first().click();
    await page.getByText('Hidden because: Names a neighbour').waitFor();
    await assertAccessible(page, 'what is hidden');
    await page.goto(`/requests/${hidden.number}?token=${hidden.token}`);
    await page.getByText('Staff keeps this request from the public.').waitFor();
  }));

test('areas of a photo are blackened by keyboard alone', () =>
  open({ width: 1280, worker: false }, async (page) => {
    await sitDown(page);
    const sent = await page.request.post('/api/photos', { multipart: { photo: { name: 'p.jpg', mimeType: 'image/jpeg', buffer: await photoTakenAt(page, 0, 0) } } });
    const { id } = (await sent.json()) as { id: string };
    const { number } = await filed(page, await plain(), 'A face in it', [id]);
    const { cases } = (await (await page.request.get('/api/cases?open=true&limit=50')).json()) as { cases: { id: number; number: string }[] };
    const found = cases.find((row) => row.number === number);
    await page.goto(`/desk/cases/${found?.id}`);
    await page.getByRole('button', { name: 'Open photo 1' }).click();
    await page.getByRole('button', { name: 'Blacken areas' }).click();
    await page.getByRole('button', { name: 'Add an area' }).press('Enter');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Shift+ArrowRight');
    await page.getByRole('button', { name: /^Area 1: left|^Area 1: 38 % from the left, 40 % from the top, 22 % wide/ }).waitFor();
    await assertAccessible(page, 'blackening a photo');
    await page.getByRole('button', { name: 'Blacken for good' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const { photos } = await api<{ photos: { id: string }[] }>(`/api/requests/${number}`);
    assert.equal(photos.length, 1);
    assert.notEqual(photos[0]?.id, id);
    assert.equal((await fetch(`${world.base}/photos/${id}/large.jpg`)).status, 404);
  }));
