import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible } from '../browser.ts';
import { movable, type Row, row, sitDown, statusOf } from '../desk.ts';
import { open } from '../world.ts';

/** Reaches the list as somebody without a mouse does, and walks to a row. */
async function walkTo(page: Page, wanted: Row): Promise<void> {
  await row(page, wanted.id).waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate(() => document.activeElement?.getAttribute('role') === 'row')) break;
    await page.keyboard.press('Tab');
  }
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate((id) => document.activeElement?.id === `row-${id}`, wanted.id)) return;
    await page.keyboard.press('j');
  }
  assert.fail(`the keys never came to ${wanted.number}`);
}

test('a case is found, read, noted, moved and moved back without a mouse', () =>
  open({}, async (page) => {
    await sitDown(page);
    const wanted = (await movable(page, 3))[2];
    assert.ok(wanted);
    await walkTo(page, wanted);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.id === 'case-heading');
    await page.keyboard.press('Escape');
    await page.waitForFunction((id) => document.activeElement?.id === `row-${id}`, wanted.id);
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.activeElement?.id === 'note');
    await page.keyboard.type('s and z are letters here.');
    await page.keyboard.press('Control+Enter');
    await page.locator('.case li.inside', { hasText: 's and z are letters here.' }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('s');
    await page.getByRole('dialog', { name: 'New status' }).waitFor();
    await page.keyboard.press('p');
    await page.locator('.toast', { hasText: 'Pending' }).waitFor();
    assert.equal(await statusOf(page, wanted.id), 'pending');
    await page.waitForFunction((id) => document.activeElement?.id === `row-${id}`, wanted.id);
    await page.keyboard.press('z');
    await page.locator('.toast', { hasText: '1 case is back' }).waitFor();
    assert.equal(await statusOf(page, wanted.id), wanted.status);
  }));

test('a move that asks for its reason gets it by keys, and what was typed outlives a change of mind', () =>
  open({}, async (page) => {
    await sitDown(page);
    const wanted = (await movable(page, 2))[1];
    assert.ok(wanted);
    await walkTo(page, wanted);
    await page.keyboard.press('s');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('x');
    await page.waitForFunction(() => document.activeElement?.id === 'move-reason');
    await page.keyboard.type('Filed twice by the same caller.');
    await assertAccessible(page, 'the reason');
    await page.keyboard.press('Escape');
    await page.waitForFunction((id) => document.activeElement?.id === `row-${id}`, wanted.id);
    await page.keyboard.press('s');
    await page.keyboard.press('x');
    await page.waitForFunction(() => document.activeElement?.id === 'move-reason');
    assert.equal(await page.locator('#move-reason').inputValue(), 'Filed twice by the same caller.');
    await page.keyboard.press('Escape');
    assert.equal(await statusOf(page, wanted.id), wanted.status);
  }));

test('a range is marked with Shift, and a letter acts on all of it', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [first] = await movable(page, 3);
    assert.ok(first);
    await walkTo(page, first);
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('region', { name: 'Marked cases' }).getByText('3 cases marked').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Marked cases' }).waitFor({ state: 'detached' });
  }));

test('g and a letter go to a filter, slash to the first, Escape back to the row', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [first] = await movable(page, 1);
    assert.ok(first);
    await walkTo(page, first);
    for (const [press, filter] of [['gd', 'area'], ['gs', 'services'], ['gu', 'status'], ['/', 'team']] as const) {
      for (const key of press) await page.keyboard.press(key);
      await page.waitForFunction((id) => document.activeElement?.id === id, `filter-${filter}`);
      await page.keyboard.press('Escape');
      await page.waitForFunction((id) => document.activeElement?.id === `row-${id}`, first.id);
    }
  }));

test('the sheet shows every key, and single letters can be switched off for good', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [first] = await movable(page, 1);
    assert.ok(first);
    await walkTo(page, first);
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keys' });
    await sheet.waitFor();
    await assertAccessible(page, 'the sheet of keys');
    await sheet.getByLabel('Single letters are on').uncheck();
    await page.keyboard.press('Escape');
    await page.reload();
    await row(page, first.id).focus();
    await page.keyboard.press('s');
    await page.keyboard.press('x');
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.equal(await page.locator('.queue [aria-selected=true]').count(), 0);
    // What is no letter still works.
    await page.keyboard.press('Space');
    assert.equal(await page.locator('.queue [aria-selected=true]').count(), 1);
    await page.keyboard.press('ArrowDown');
    assert.notEqual(await page.evaluate(() => document.activeElement?.id), `row-${first.id}`);
  }));
