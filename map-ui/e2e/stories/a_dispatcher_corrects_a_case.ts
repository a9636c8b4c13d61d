import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { movable, sitDown } from '../desk.ts';
import { open } from '../world.ts';

test('a pin is put right: the difference is seen first, and only then the case goes elsewhere', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [wrong] = await movable(page, 1);
    assert.ok(wrong);
    await page.goto(`/desk/cases/${wrong.id}`);
    await page.getByRole('button', { name: 'Correct place or service' }).click();
    const dialog = page.getByRole('dialog', { name: 'Correct place or service' });
    const apply = dialog.getByRole('button', { name: 'Apply' });
    assert.ok(await apply.isDisabled(), 'nothing is changed yet');
    const service = dialog.getByLabel('Service', { exact: true });
    await page.waitForFunction(() => document.querySelectorAll('#correct-service option').length > 1);
    const codes = await service.locator('option').evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
    const other = codes.find((code) => code !== wrong.service);
    assert.ok(other);
    await service.selectOption(other);
    const line = dialog.locator('dl > div', { hasText: wrong.service_name });
    await line.waitFor();
    await dialog.locator('.placer').waitFor();
    await assertAccessible(page, 'the correction');
    const before = (await (await page.request.get(`/api/cases/${wrong.id}`)).json()) as { service: string };
    assert.equal(before.service, wrong.service, 'looking at the difference changes nothing');
    await apply.click();
    await page.locator('.toast').waitFor();
    const after = (await (await page.request.get(`/api/cases/${wrong.id}`)).json()) as { service: string };
    assert.equal(after.service, other);
    await page.locator('.case li', { hasText: `before as “${wrong.service_name}”` }).waitFor();
  }));
