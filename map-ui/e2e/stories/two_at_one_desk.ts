import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { colleagueMoves, movable, row, sitDown, staffOf, statusOf } from '../desk.ts';
import { api, open, world } from '../world.ts';

test('who is slower is told who was faster, and decides again with the reason kept', () =>
  open({ expects: /409/ }, (mine) =>
    open({}, async (theirs) => {
      await sitDown(mine, '/desk', 'dispatcher');
      await sitDown(theirs, '/desk', 'admin');
      const wanted = (await movable(mine, 1))[0];
      assert.ok(wanted);
      await row(mine, wanted.id).focus();
      await mine.keyboard.press('s');
      await mine.getByRole('dialog').waitFor();
      await mine.keyboard.press('x');
      await mine.locator('#move-reason').fill('Nobody can find it.');
      await colleagueMoves(theirs, wanted.id, 'on_hold');
      await mine.getByRole('dialog').getByRole('button', { name: 'Cancelled' }).click();
      const clash = mine.getByRole('alert').filter({ hasText: `Changed by ${staffOf('admin').name} meanwhile` });
      await clash.getByText('On hold', { exact: true }).waitFor();
      await clash.getByText('Your reason is kept.').waitFor();
      await assertAccessible(mine, 'a conflict');
      assert.equal(await statusOf(mine, wanted.id), 'on_hold');
      await clash.getByRole('button', { name: 'Cancelled all the same' }).click();
      await mine.locator('.toast', { hasText: 'Cancelled' }).waitFor();
      assert.equal(await statusOf(mine, wanted.id), 'cancelled');
      await mine.locator('.toast').getByRole('button', { name: /Undo/ }).click();
      await mine.locator('.toast', { hasText: '1 case is back' }).waitFor();
      assert.equal(await statusOf(mine, wanted.id), 'on_hold');
      await colleagueMoves(theirs, wanted.id, 'assigned');
    }),
  ));

test('a note that was begun outlives another case and a reload', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [one, other] = await movable(page, 2);
    assert.ok(one && other);
    await row(page, one.id).click();
    await page.getByLabel('Note', { exact: true }).fill('Half a sentence');
    await row(page, other.id).click();
    await page.waitForURL(new RegExp(`/desk/cases/${other.id}`));
    await page.waitForFunction(() => (document.getElementById('note') as HTMLTextAreaElement | null)?.value === '');
    await page.goto(`/desk/cases/${one.id}`);
    await page.waitForFunction(() => (document.getElementById('note') as HTMLTextAreaElement | null)?.value === 'Half a sentence');
    await page.getByLabel('Note', { exact: true }).fill('');
  }));

/** Only a server that tells what changes can show the rest. */
async function tells(): Promise<boolean> {
  const stop = new AbortController();
  const answer = await fetch(`${world.base}/api/live`, { headers: { accept: 'text/event-stream' }, signal: stop.signal });
  const { ok } = answer;
  stop.abort();
  return ok;
}

test('what a colleague does shows in the open case, and takes neither the words nor the focus', async (t) => {
  if (!(await tells())) return t.skip('the server has no live stream');
  await open({}, (mine) =>
    open({}, async (theirs) => {
      await sitDown(mine, '/desk', 'dispatcher');
      await sitDown(theirs, '/desk', 'admin');
      const wanted = (await movable(mine, 1))[0];
      assert.ok(wanted);
      await row(mine, wanted.id).click();
      await mine.getByLabel('Note', { exact: true }).click();
      await mine.keyboard.type('I am in the middle of');
      await colleagueMoves(theirs, wanted.id, 'escalated');
      await mine.locator('.case .news', { hasText: 'Changed just now' }).waitFor();
      assert.equal(await mine.locator('.case .st.pill').textContent(), 'Escalated');
      await row(mine, wanted.id).getByText('changed').waitFor();
      await mine.keyboard.type(' a sentence');
      assert.equal(await mine.locator('#note').inputValue(), 'I am in the middle of a sentence');
      await assertAccessible(mine, 'a case that changed');
      await mine.locator('#note').fill('');
      await colleagueMoves(theirs, wanted.id, 'assigned');
    }),
  );
});

test('what is new waits above the list until it is asked for', async (t) => {
  if (!(await tells())) return t.skip('the server has no live stream');
  await open({}, async (page) => {
    await sitDown(page);
    const rows = page.locator('.queue [role=row]');
    await rows.nth(2).focus();
    const before = await rows.evaluateAll((all) => all.map(({ id }) => id));
    const focused = before[2];
    const { center } = await api<{ center: [number, number] }>('/api/config');
    const [{ code = '' } = {}] = (await api<{ code: string; questions: boolean }[]>('/api/services')).filter(({ questions }) => !questions);
    const filed = await page.request.post('/api/requests', {
      data: { service: code, lon: center[0], lat: center[1], description: 'Found while others read.', answers: {}, photos: [], separate: true },
      headers: { origin: world.base, 'idempotency-key': crypto.randomUUID() },
    });
    assert.ok(filed.ok(), await filed.text());
    const news = page.getByRole('button', { name: /1 new/ });
    await news.waitFor();
    assert.deepEqual(await rows.evaluateAll((all) => all.map(({ id }) => id)), before);
    assert.equal(await page.evaluate(() => document.activeElement?.id), focused);
    await assertAccessible(page, 'something is new');
    await page.keyboard.press('.');
    await page.waitForFunction((count) => document.querySelectorAll('.queue [role=row]').length === count, before.length + 1);
    // The new one takes the focus, because it was asked for.
    await page.waitForFunction((first) => document.activeElement?.getAttribute('role') === 'row' && document.activeElement.id !== first, focused);
  });
});
