import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { sitDown } from '../desk.ts';
import { plainService, toTheEnd } from '../resident.ts';
import { api, open } from '../world.ts';

/** A street of the city's own register. */
async function street(): Promise<{ label: string; lon: number; lat: number }> {
  for (const q of ['st', 'ro', 'av', 'la', 'pa', 'wa']) {
    const { places } = await api<{ places: { kind: string; label: string; lon: number; lat: number }[] }>(`/api/gazetteer?q=${q}&limit=20`);
    const found = places.find(({ kind }) => kind === 'street');
    if (found) return found;
  }
  throw new Error('the city has a register of streets');
}

test('a resident finds the place by its name, with the keys alone, and the report has the address', () =>
  open({ width: 390 }, async (page) => {
    const { label, lon, lat } = await street();
    await page.goto('/report?step=what');
    await page.locator('.tile', { hasText: await plainService() }).first().click();
    const field = page.getByRole('combobox', { name: 'Find an address or a place' });
    await field.fill(label.slice(0, -1));
    const first = page.getByRole('option').first();
    await first.waitFor();
    await assertAccessible(page, 'the list of places');
    assert.equal(await field.getAttribute('aria-expanded'), 'true');
    await field.press('ArrowDown');
    assert.equal(await first.getAttribute('aria-selected'), 'true');
    assert.equal(await field.getAttribute('aria-activedescendant'), await first.getAttribute('id'));
    await field.press('Escape');
    await first.waitFor({ state: 'hidden' });
    await field.fill(label);
    await page.getByRole('option', { name: label }).first().waitFor();
    await field.press('Enter');
    const shown = page.locator('#place .num');
    await shown.waitFor();
    const [north, east] = ((await shown.textContent()) ?? '').split(',').map(Number);
    assert.ok(Math.abs((north ?? 0) - lat) < 1e-4 && Math.abs((east ?? 0) - lon) < 1e-4, `${north}, ${east} is ${label}`);
    await page.getByText('By ', { exact: false }).first().waitFor();
    await page.getByText('Describe the place in words').click();
    assert.equal(await page.getByLabel('Address, or words that lead there').inputValue(), label);
    await page.getByRole('button', { name: 'Yes, it is here' }).click();
    await toTheEnd(page);
  }));

test('what nobody knows is said, and the form goes on', () =>
  open({}, async (page) => {
    await page.goto('/report?step=what');
    await page.locator('.tile', { hasText: await plainService() }).first().click();
    const field = page.getByRole('combobox', { name: 'Find an address or a place' });
    await field.fill('qqqq zzzz');
    await page.locator('.none', { hasText: 'No such place is known.' }).waitFor();
    await field.press('Escape');
    await page.locator('.none').waitFor({ state: 'hidden' });
  }));

test('a dispatcher goes to a street on the map of the desk', () =>
  open({}, async (page) => {
    const { label } = await street();
    await sitDown(page);
    const field = page.getByRole('combobox', { name: 'Go to an address or a place' });
    await field.fill(label);
    await page.getByRole('option', { name: label }).first().click();
    await page.locator('.maplibregl-marker').waitFor();
    assert.equal(await field.inputValue(), label);
    await assertAccessible(page, 'the desk with a place on its map');
  }));
