import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { sitDown, staffOf } from '../desk.ts';
import { open, world } from '../world.ts';

/** Files a request of a person that nobody else is; its number. */
async function filed(page: Page, email: string): Promise<string> {
  const all = (await (await page.request.get('/api/services')).json()) as { code: string; questions: boolean }[];
  const plain = all.find(({ questions }) => !questions) ?? all[0];
  const { center } = (await (await page.request.get('/api/config')).json()) as { center: [number, number] };
  const answer = await page.request.post('/api/requests', {
    data: { service: plain?.code, lon: center[0], lat: center[1], description: 'Words to be forgotten', separate: true, contact: { last_name: 'Forget', email } },
    headers: { origin: world.base },
  });
  assert.equal(answer.status(), 201, await answer.text());
  return ((await answer.json()) as { number: string }).number;
}

for (const width of [1280, 390]) {
  test(`an admin hands out, erases, holds and keeps the proof, at ${width} px`, () =>
    open({ width, dark: width === 390 }, async (page) => {
      await sitDown(page, '/settings/data');
      const email = `forget-${width}@example.org`;
      const number = await filed(page, email);
      await page.getByRole('heading', { name: 'How long things are kept' }).waitFor();
      await page.getByRole('heading', { name: 'Proof of the log' }).waitFor();

      // Rules are shown before they are saved.
      await page.getByText('There are no rules').waitFor();
      await page.getByRole('button', { name: 'Add a rule' }).click();
      await page.getByLabel('After days').fill('1');
      assert.ok(await page.getByRole('button', { name: 'Save these rules' }).isDisabled());
      await page.getByRole('button', { name: 'Show what they would do now' }).click();
      await page.getByRole('table', { name: 'Cases for which something is due' }).waitFor();
      assert.ok(await page.getByRole('button', { name: 'Save these rules' }).isEnabled());
      await assertAccessible(page, 'rules of retention');
      await page.getByRole('button', { name: 'Remove rule 1' }).click();

      // A case under hold is not erased.
      const holds = page.locator('section', { has: page.getByRole('heading', { name: 'Legal hold' }) });
      await holds.getByLabel('Request number').fill(number);
      await holds.getByLabel('Reason').fill('District court, until June');
      await holds.getByRole('button', { name: 'Hold this case' }).click();
      await page.getByText('The case is under hold.').waitFor();
      const person = page.locator('section', { has: page.getByRole('heading', { name: 'One person' }) });
      await person.getByLabel('E-mail').fill(email);
      await person.getByRole('button', { name: 'Show what would be erased' }).click();
      await person.getByRole('cell', { name: 'Under hold' }).waitFor();
      assert.ok(await person.getByRole('button', { name: 'Erase this for good' }).isDisabled());
      await assertAccessible(page, 'a person under hold');
      await holds.getByRole('button', { name: /^Release/ }).click();
      await page.getByText('is under hold no more').waitFor();

      // All that is held, as a file; then nothing.
      const [download] = await Promise.all([page.waitForEvent('download'), person.getByRole('button', { name: 'Download all that is held' }).click()]);
      const held = JSON.parse(await readFile(await download.path(), 'utf8')) as { requests: { description: string }[] };
      assert.equal(held.requests[0]?.description, 'Words to be forgotten');
      await person.getByRole('button', { name: 'Show what would be erased' }).click();
      await person.getByRole('cell', { name: 'Will be erased' }).waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, 'nothing is wider than the screen');
      await assertAccessible(page, 'what would be erased');
      await person.getByRole('button', { name: 'Erase this for good' }).click();
      await person.getByText('1 request was erased.').waitFor();
      await page.goto(`/requests/${number}`);
      await page.getByText('Words and personal data were erased').waitFor();
      assert.ok(!(await page.content()).includes('Words to be forgotten'));
    }));
}

test('an auditor finds the proof there and nothing of people', () =>
  open({}, async (page) => {
    assert.ok(staffOf('auditor').email);
    await sitDown(page, '/settings/data', 'auditor');
    await page.getByRole('heading', { name: 'Proof of the log' }).waitFor();
    assert.equal(await page.getByRole('heading', { name: 'One person' }).count(), 0);
    await assertAccessible(page, 'the proof of the log');
  }));
