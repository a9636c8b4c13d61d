import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { sitDown } from '../desk.ts';
import { open, world } from '../world.ts';

for (const width of [1240, 390]) {
  test(`an administrator sets hours and a promise, and loses nothing to a colleague, at ${width} px`, () =>
    open({ width, expects: /412|422/ }, async (page) => {
      await sitDown(page, '/settings/calendars');
      const name = `Night shift ${width}`;
      await page.getByRole('button', { name: 'New calendar' }).click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Time zone').fill('Nowhere');
      await page.getByRole('button', { name: 'Monday: add hours' }).click();
      await page.getByLabel('Monday: from').last().fill('20:00');
      await page.getByLabel('Monday: until').last().fill('00:00');
      await page.getByRole('button', { name: 'Copy to weekdays' }).click();
      if (await page.getByRole('checkbox', { name: /^The city:/ }).isChecked()) await page.getByRole('checkbox', { name: /^The city:/ }).uncheck();
      await page.getByRole('button', { name: 'Add a day' }).click();
      await page.getByLabel('Date').fill('2027-05-01');
      await page.getByLabel('What day it is').fill('Labour Day');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('is no IANA time zone').waitFor();
      await assertAccessible(page, 'a calendar that is refused');
      await page.getByLabel('Time zone').fill('Europe/London');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      const made = page.locator('section').filter({ has: page.getByRole('heading', { name, exact: true }) });
      await made.getByText('Mon–Fri 08:00–17:00 + 20:00–24:00').waitFor();

      const code = `night-shift-${width}`;
      const theirs = await page.request.get(`/api/calendars/${code}`);
      const { code: _, version: __, ...wish } = await theirs.json();
      const saved = await page.request.put(`/api/calendars/${code}`, { data: { ...wish, zone: 'Europe/Madrid' }, headers: { origin: world.base, 'if-match': theirs.headers().etag ?? '' } });
      assert.equal(saved.status(), 200, await saved.text());
      await page.getByLabel('What day it is').fill('May Day');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByRole('alert').getByText('What you typed is still here.').waitFor();
      assert.equal(await page.getByLabel('What day it is').inputValue(), 'May Day');
      await page.getByRole('button', { name: 'Save mine over it' }).click();
      await page.getByText('Saved. Clocks that run keep their time.').waitFor();
      const kept = await (await page.request.get(`/api/calendars/${code}`)).json();
      assert.deepEqual([kept.zone, kept.days[0].name], ['Europe/London', 'May Day']);

      await page.goto('/settings/promises');
      await page.getByRole('button', { name: /^Change Noise/ }).click();
      const end = page.getByLabel('End', { exact: true }).first();
      await end.waitFor();
      await page.getByText('Working hours count by Office hours.').waitFor();
      await assertAccessible(page, 'the promises of a service');
      await end.fill('1');
      await page.getByLabel('Unit: End').first().selectOption('minutes');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('is longer than the time to finish.').waitFor();
      await end.fill('3');
      await page.getByLabel('Unit: End').first().selectOption('days');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Saved.').waitFor();
      const set = await (await page.request.get('/api/services/noise/promises')).json();
      assert.equal(set.targets[0].resolution_minutes, 3 * 1440);
    }));
}
