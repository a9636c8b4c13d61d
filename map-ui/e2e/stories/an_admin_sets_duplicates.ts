import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { sitDown } from '../desk.ts';
import { open } from '../world.ts';

for (const width of [1240, 390]) {
  test(`an administrator sees what a radius would have meant last month, and sets it, at ${width} px`, () =>
    open({ width, expects: /422/ }, async (page) => {
      await sitDown(page, '/settings/duplicates');
      await page.getByRole('heading', { name: 'Duplicates', level: 1 }).waitFor();
      await page.getByRole('button', { name: /^Change / }).first().click();
      const radius = page.getByLabel('How far apart at most, in metres');
      await radius.waitFor();
      await page.getByText(/Last month, under this setting/).waitFor();
      await assertAccessible(page, 'the settings of duplicates');
      await radius.fill('5000');
      await page.getByText('has to lie between 0 and 1000 metres.').first().waitFor();
      await radius.fill(width > 500 ? '45' : '40');
      await page.getByText(/Last month, under this setting/).waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      const shown = await page.locator('tbody tr.on td').nth(1).textContent();
      assert.match(shown ?? '', width > 500 ? /45/ : /40/);
    }));
}
