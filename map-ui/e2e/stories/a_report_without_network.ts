import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { photoTakenAt } from '../photo.ts';
import { filedAt, fill, plainService, ready, spot } from '../resident.ts';
import { open } from '../world.ts';

/** The browser says so itself when a request finds no network. */
const OFFLINE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED/;
const SLOW = { timeout: 45_000 };

test('a report made without a network is kept, survives a reload, and two tabs file it once', () =>
  open({ width: 390, expects: OFFLINE }, async (page) => {
    const at = await spot();
    const service = await plainService();
    await page.goto('/report');
    await ready(page);
    const photo = await photoTakenAt(page, at.lat, at.lon, 2400);
    const context = page.context();
    await context.setOffline(true);
    await page.reload();
    await page.locator('input[multiple]').setInputFiles({ name: 'hole.jpg', mimeType: 'image/jpeg', buffer: photo });
    await page.getByText('On this phone: goes with the report').waitFor();
    await page.getByText('Place taken from the photo.').waitFor();
    await page.reload();
    await page.getByText('On this phone: goes with the report').waitFor();
    await fill(page, service);
    await page.getByLabel('Anything that helps?').fill('Written where there is no network');
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.getByRole('heading', { name: 'Saved, and waiting' }).waitFor();
    await page.getByText('Waits for a connection').waitFor();
    await assertAccessible(page, 'a kept report');
    await page.reload();
    await page.getByText('Waits for a connection').waitFor();
    assert.equal(await filedAt(at), 0);
    const other = await context.newPage();
    await other.goto('/report');
    await other.getByText('it will be sent by itself').waitFor();
    await assertAccessible(other, 'the first view with a kept report');
    await context.setOffline(false);
    await page.getByText(/^Sent: /).waitFor(SLOW);
    await page.waitForTimeout(1500);
    assert.equal(await filedAt(at), 1, 'filed once');
    await assertAccessible(page, 'a kept report that was sent');
    await page.getByRole('link', { name: 'Follow it' }).click();
    await page.getByText('Written where there is no network').waitFor();
    await page.getByRole('button', { name: 'Open photo 1' }).waitFor();
  }));

test('an answer that was lost on the way files once', () =>
  open({ width: 390, worker: false, expects: OFFLINE }, async (page) => {
    const at = await spot();
    await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
    await fill(page, await plainService());
    await page.route('**/api/requests', async (route) => {
      await route.fetch();
      await route.abort('failed');
    });
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.getByRole('heading', { name: 'Saved, and waiting' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    // It tries again by itself: nobody has to come back and press something.
    await page.getByText(/^Sent: /).waitFor(SLOW);
    assert.equal(await filedAt(at), 1);
  }));

test('a kept report that may be an open case is put to the resident, and joins it', () =>
  open({ expects: /ERR_INTERNET_DISCONNECTED|409/ }, async (page) => {
    const at = await spot();
    const service = await plainService('suggest');
    await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
    await ready(page);
    await fill(page, service);
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.locator('[data-number]').waitFor();
    await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
    await page.locator('.tile', { hasText: service }).first().click();
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Yes, it is here' }).click();
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.getByText('Waits for a connection').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Needs your answer').waitFor(SLOW);
    await assertAccessible(page, 'a kept report with a question');
    await page.reload();
    await page.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('button', { name: 'Same one, join it' }).first().click();
    await page.getByText('Joined. Thank you.').waitFor();
    assert.equal(await filedAt(at), 2, 'two people, one case');
    await page.goto('/report?step=kept');
    await page.getByText('No reports here').waitFor();
    await assertAccessible(page, 'nothing kept');
  }));

test('what the server refuses is kept until it is mended; a deleted report comes back', () =>
  open({ expects: /ERR_INTERNET_DISCONNECTED|422/ }, async (page) => {
    const at = await spot();
    await page.goto(`/report?step=what&near=${at.lat},${at.lon}`);
    await ready(page);
    await fill(page, await plainService());
    await page.getByText('Tell me how it goes').click();
    await page.getByLabel('E-mail').fill('nobody');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.getByText('Waits for a connection').waitFor();
    await page.getByRole('button', { name: /^Delete from this phone/ }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Waits for a connection').waitFor();
    await page.context().setOffline(false);
    await page.getByText('Something to mend').waitFor(SLOW);
    await assertAccessible(page, 'a kept report with something to mend');
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.locator('.errsum').waitFor();
    await page.getByLabel('E-mail').fill('nobody@example.org');
    await page.getByRole('button', { name: 'Send report' }).click();
    await page.locator('[data-number]').waitFor();
    assert.equal(await filedAt(at), 1);
    await page.goto('/report?step=kept');
    await page.getByText('No reports here').waitFor();
  }));

test('a service worker keeps the form and the story, and the map of the place', () =>
  open({ language: 'es', dark: true, width: 390, expects: OFFLINE }, async (page) => {
    await page.goto('/report');
    await ready(page);
    await page.context().setOffline(true);
    await page.goto('/report?step=what');
    await page.locator('.tile').first().click();
    await page.locator('[data-drawn="true"]').waitFor();
    await page.getByRole('heading', { name: '¿Dónde está?' }).waitFor();
    await assertAccessible(page, 'the place, without a network');
  }));
