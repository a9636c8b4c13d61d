import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { photoTakenAt } from '../photo.ts';
import { plainService, spot } from '../resident.ts';
import { open } from '../world.ts';

test('a large photo is made smaller before it is sent, and its place still proposes the pin, which can be undone', () =>
  open({ width: 390, worker: false }, async (page) => {
    const at = await spot();
    await page.goto('/report');
    const buffer = await photoTakenAt(page, at.lat, at.lon, 4000);
    await page.evaluate(() => {
      const append = FormData.prototype.append;
      FormData.prototype.append = function (this: FormData, name: string, value: Blob | string, file?: string) {
        if (typeof value === 'string') return (append as (name: string, value: string) => void).call(this, name, value);
        document.documentElement.dataset.sent = String(value.size);
        append.call(this, name, value, file);
      } as typeof append;
    });
    const sent = page.waitForResponse((answer) => answer.url().endsWith('/api/photos'));
    await page.locator('input[multiple]').setInputFiles({ name: 'large.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByText('Place taken from the photo.').waitFor();
    await page.getByText('Received').waitFor();
    const photo = (await (await sent).json()) as { lon: number | null };
    const size = await page.evaluate(() => Number(document.documentElement.dataset.sent));
    assert.ok(size > 10_000 && size < buffer.length / 2, `${buffer.length} bytes were sent as ${size}`);
    assert.ok(Math.abs((photo.lon ?? 0) - at.lon) < 0.0001, `what the smaller copy lost goes beside it: ${photo.lon}`);
    await assertAccessible(page, 'a photo that proposes the pin');
    await page.locator('.tile', { hasText: await plainService() }).first().click();
    await page.getByRole('heading', { name: 'Is the pin in the right place?' }).waitFor();
    const shown = Number((await page.locator('#place .num').textContent())?.split(',')[0]);
    assert.ok(Math.abs(shown - at.lat) < 1e-4, `${at.lat} → ${shown}`);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Where is it?' }).waitFor();
  }));

test('a pin that was put by hand is left alone by a photo', () =>
  open({ width: 390, worker: false }, async (page) => {
    const at = await spot();
    await page.goto('/report?step=what');
    await page.locator('.tile', { hasText: await plainService() }).first().click();
    await page.getByText('Describe the place in words').click();
    await page.getByLabel('Coordinates: latitude, longitude').fill(`${at.lat}, ${at.lon}`);
    await page.getByRole('button', { name: 'Put the pin' }).click();
    const put = await page.locator('#place .num').textContent();
    await page.goto('/report');
    const buffer = await photoTakenAt(page, at.lat + 0.01, at.lon + 0.01);
    await page.locator('input[multiple]').setInputFiles({ name: 'other.jpg', mimeType: 'image/jpeg', buffer });
    await page.getByText('Received').waitFor();
    await page.goto('/report?step=where');
    assert.equal(await page.locator('#place .num').textContent(), put);
  }));
