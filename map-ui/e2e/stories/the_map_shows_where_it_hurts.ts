import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, coloursOf, drawn, openBrowser, visit } from '../browser.ts';
import { api, open, world } from '../world.ts';

/** "1,234 requests in view" → 1234. */
const figure = (text: string | null) => Number((text ?? '').replace(/\D/g, ''));

test('the map shows heat and numbers in colour, and says the same count as the API', () =>
  open({}, async (page) => {
    await page.goto('/');
    await drawn(page);
    const { bbox } = await api<{ bbox: number[] }>('/api/config');
    const { total } = await api<{ total: number }>(`/api/heat?resolution=7&bbox=${bbox.join(',')}`);
    assert.ok(total > 50, 'the city has requests');
    assert.equal(figure(await page.locator('h1').textContent()), total);
    const colours = await coloursOf(page, '.mapbox canvas');
    const areas = [...colours.values()].filter((pixels) => pixels > 400).length;
    assert.ok(colours.size > 60 && areas >= 4, `${colours.size} colours, ${areas} of them large`);
    await assertAccessible(page, 'the map page');
  }));

test('filters are in the address and mean the same there and in the API', () =>
  open({}, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: /^Status:/ }).click();
    await page.getByRole('button', { name: 'finished', exact: true }).click();
    await page.waitForURL(/statuses=finished/);
    const { bbox } = await api<{ bbox: number[] }>('/api/config');
    const finished = 'resolved,closed,duplicate,cancelled,transferred';
    const { total } = await api<{ total: number }>(`/api/heat?resolution=7&statuses=${finished}&bbox=${bbox.join(',')}`);
    await page.waitForFunction((count) => document.querySelector('h1')?.textContent?.replace(/\D/g, '') === String(count), total);
    await assertAccessible(page, 'an open filter');
  }));

test('a hexagon is opened with the keyboard, from the table and on the map alike', () =>
  open({}, async (page) => {
    await page.goto('/?table=cells&show=heat');
    await drawn(page);
    const busiest = page.locator('.twin tbody tr').first();
    const count = figure(await busiest.locator('td').textContent());
    await busiest.getByRole('button').click();
    await page.getByText('The chosen hexagon holds').waitFor();
    assert.equal(figure(await page.locator('.sum .sub').first().textContent()), count);
    await page.getByRole('button', { name: 'Let go' }).click();
    await drawn(page);
    // The table moved the map to the hexagon, so it lies under the cross-hair.
    await page.locator('.mapbox canvas').focus();
    await page.keyboard.press('Enter');
    await page.getByText('The chosen hexagon holds').waitFor();
  }));

test('a request is read beside the map, and back closes it', () =>
  open({ width: 390, dark: true }, async (page) => {
    await page.goto('/');
    const first = page.locator('.twin tbody button').first();
    await first.click();
    await page.waitForURL(/request=/);
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
    await assertAccessible(page, 'the request panel on a phone in the dark');
    await page.goBack();
    await first.waitFor();
  }));

test('a number is found however it is typed, and a slip is told', () =>
  open({}, async (page) => {
    const { bbox } = await api<{ bbox: number[] }>('/api/config');
    const found = await api<{ features: { properties: { number: string } }[] }>(`/api/requests?limit=1&bbox=${bbox.join(',')}`);
    const number = found.features[0]?.properties.number ?? '';
    await page.goto('/');
    const field = page.getByRole('textbox', { name: 'Find a request by its number' });
    await field.fill(`${number.slice(0, 7)}${number.endsWith('2') ? '3' : '2'}`);
    await field.press('Enter');
    await page.getByRole('alert').waitFor();
    await field.fill(`${number.slice(0, 4)} ${number.slice(4)}`.toLowerCase());
    await field.press('Enter');
    await page.waitForURL(/\/requests\//);
    await page.getByRole('heading', { name: 'What happened' }).waitFor();
  }));

test('without WebGL the table and the form are still there', async () => {
  const browser = await openBrowser({ webgl: false });
  try {
    await visit(browser, world.base, {}, async (page) => {
      await page.goto('/');
      await page.getByText('The map cannot be drawn here').waitFor();
      await page.locator('.twin tbody button').first().waitFor();
      await page.goto('/report?step=what');
      await page.locator('.tile').first().click();
      await page.getByText('Describe the place in words').click();
      await page.getByLabel('Address, or words that lead there').fill('Beside the fountain');
      await page.getByRole('button', { name: 'Yes, it is here' }).click();
      await page.getByRole('heading', { name: 'Check and send' }).waitFor();
    });
  } finally {
    await browser.close();
  }
});
