import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible } from '../browser.ts';
import { row, sitDown } from '../desk.ts';
import { open, world } from '../world.ts';

interface Due {
  id: number;
  due_at: number | null;
  paused_at: number | null;
  status: string;
}

for (const width of [1240, 390]) {
  test(`a dispatcher reads first what is due first, and sees a clock that stands, at ${width} px`, () =>
    open({ width }, async (page) => {
      await sitDown(page);
      const rows = page.locator('.queue [role=row]');
      await rows.first().waitFor();
      const newest = await rows.evaluateAll((all) => all.map(({ id }) => id));
      await page.getByLabel('Order').selectOption('due first');
      await page.waitForURL(/sort=due/);
      const { cases } = (await (await page.request.get('/api/cases?open=true&sort=due&limit=50')).json()) as { cases: Due[] };
      const first = cases[0];
      assert.ok(first);
      await page.waitForFunction((id) => document.querySelector('.queue [role=row]')?.id === id, `row-${first.id}`);
      assert.deepEqual(await rows.evaluateAll((all) => all.map(({ id }) => id)), cases.map(({ id }) => `row-${id}`));
      assert.match((await rows.first().textContent()) ?? '', /late/);
      await assertAccessible(page, 'what is due first');
      await page.goBack();
      await page.waitForFunction((id) => document.querySelector('.queue [role=row]')?.id === id, newest[0]);
      await page.goForward();

      const runs = cases.find(({ status, due_at }) => status === 'assigned' && due_at !== null && due_at > Date.now()) ?? cases.find(({ status }) => status === 'in_progress');
      assert.ok(runs);
      const moved = await page.request.post(`/api/cases/${runs.id}/moves`, { data: { to: 'on_hold', reason: 'Waits for a part.' }, headers: { origin: world.base } });
      assert.equal(moved.status(), 200, await moved.text());
      await page.goto(`/desk/cases/${runs.id}?sort=due`);
      const panel = page.locator('.case section').filter({ has: page.getByRole('heading', { name: 'Promised' }) });
      await panel.getByText(/^paused, /).waitFor();
      await panel.getByText(/^Paused since /).waitFor();
      await assertAccessible(page, 'a case whose clock stands');
      if (width < 500) await page.getByRole('link', { name: 'List' }).first().click();
      await row(page, runs.id).getByText(/^paused, /).waitFor();
      const back = await page.request.post(`/api/cases/${runs.id}/moves`, { data: { to: 'in_progress' }, headers: { origin: world.base } });
      assert.equal(back.status(), 200, await back.text());
    }));
}
