import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, drawn } from '../browser.ts';
import { movable, row, sitDown, staffOf, statusOf } from '../desk.ts';
import { open } from '../world.ts';

test('a dispatcher signs in, sees why a case is here, moves it and writes a note', () =>
  open({}, async (page) => {
    const { email, password } = staffOf('dispatcher');
    await page.goto('/desk');
    await page.getByRole('heading', { name: 'Staff sign-in' }).waitFor();
    await assertAccessible(page, 'the sign-in');
    await page.getByLabel('Work e-mail').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    const rows = page.locator('.queue [role=row]');
    await rows.first().waitFor();
    await drawn(page);
    await rows.first().click();
    await page.waitForURL(/\/desk\/cases\/\d+/);
    await page.getByRole('heading', { name: 'Why here' }).waitFor();
    await assertAccessible(page, 'the desk');
    await page.getByLabel('Note', { exact: true }).fill('Crew 12 is two streets away.');
    await page.getByRole('button', { name: 'Keep note' }).click();
    await page.locator('.case li.inside', { hasText: 'Crew 12 is two streets away.' }).waitFor();
    const pill = page.locator('.case .st.pill');
    const before = await pill.textContent();
    await page.locator('.case .moves button').first().click();
    await page.waitForFunction((old) => document.querySelector('.case .st.pill')?.textContent !== old, before);
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await page.waitForFunction((old) => document.querySelector('.case .st.pill')?.textContent === old, before);
  }));

test('every filter stands in the address, Back takes it back, and a link shows the same', () =>
  open({}, async (page) => {
    await sitDown(page);
    const [first] = await movable(page, 1);
    assert.ok(first);
    const rows = page.locator('.queue [role=row]');
    await rows.first().waitFor();
    await page.getByLabel('Service', { exact: true }).selectOption(first.service);
    await page.waitForURL(/services=/);
    await page.getByLabel('Status', { exact: true }).selectOption('all');
    await page.waitForURL(/status=all/);
    await row(page, first.id).waitFor();
    await row(page, first.id).click();
    await page.waitForURL(new RegExp(`/desk/cases/${first.id}\\?.*services=.*status=all`));
    const address = page.url();
    await page.goBack();
    await page.waitForURL((at) => at.pathname === '/desk' && at.searchParams.get('status') === 'all');
    await page.goBack();
    await page.waitForURL((at) => !at.searchParams.has('status') && at.searchParams.has('services'));
    await page.goBack();
    await page.waitForURL((at) => at.search === '');
    assert.equal(await page.getByLabel('Service', { exact: true }).inputValue(), '');
    await page.goto(address);
    await page.locator('#case-heading', { hasText: first.service_name }).waitFor();
    assert.equal(await page.getByLabel('Status', { exact: true }).inputValue(), 'all');
    await page.getByRole('button', { name: 'Without the filter: Service' }).click();
    await page.waitForURL((at) => !at.searchParams.has('services'));
  }));

test('the list follows the map when asked to, and leaves it when told so', () =>
  open({}, async (page) => {
    await sitDown(page, '/desk?status=all');
    await drawn(page);
    await page.getByRole('button', { name: 'List follows map' }).click();
    await page.waitForURL(/bbox=/);
    const wide = page.url();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.waitForURL((at) => at.searchParams.has('bbox') && at.href !== wide);
    await assertAccessible(page, 'the list follows the map');
    await page.getByRole('button', { name: 'Without the filter: In the map’s view' }).click();
    await page.waitForURL((at) => !at.searchParams.has('bbox'));
  }));

test('a row in hand rings its pin, and a pin under the mouse marks its row', () =>
  open({}, async (page) => {
    await sitDown(page);
    await drawn(page);
    const [first] = await movable(page, 1);
    assert.ok(first);
    await row(page, first.id).click();
    await page.locator('#case-heading').waitFor();
    await drawn(page);
    // The open case is in sight; its pin is looked for with the mouse, row by row of the map.
    const box = await page.locator('.mapbox').boundingBox();
    assert.ok(box);
    const lit = page.locator('.queue .lit');
    search: for (let y = box.y + 20; y < box.y + box.height; y += 14) {
      for (let x = box.x + 20; x < box.x + box.width; x += 14) {
        await page.mouse.move(x, y);
        if ((await lit.count()) > 0) break search;
      }
    }
    assert.equal(await lit.count(), 1);
    await page.locator('.tip').waitFor();
  }));

test('three cases go one way together, and come back together', () =>
  open({}, async (page) => {
    await sitDown(page);
    const three = (await movable(page, 3)).slice(0, 3);
    for (const { id } of three) await row(page, id).getByRole('checkbox').click();
    const bar = page.getByRole('region', { name: 'Marked cases' });
    await bar.getByText('3 cases marked').waitFor();
    await assertAccessible(page, 'three rows marked');
    await bar.getByRole('button', { name: 'Status' }).click();
    await assertAccessible(page, 'the menu of moves');
    await page.getByRole('dialog').getByRole('button', { name: 'On hold' }).click();
    await page.locator('.toast', { hasText: '3 cases: On hold' }).waitFor();
    await assertAccessible(page, 'the toast');
    for (const { id } of three) assert.equal(await statusOf(page, id), 'on_hold');
    await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.toast', { hasText: '3 cases are back' }).waitFor();
    for (const { id, status } of three) assert.equal(await statusOf(page, id), status === 'new' ? 'new' : status);
  }));

test('what cannot be done is named: which of the marked were not moved, and why', () =>
  open({}, async (page) => {
    await sitDown(page, '/desk?status=all');
    const rows = page.locator('.queue [role=row]');
    await rows.first().waitFor();
    const { cases } = (await (await page.request.get('/api/cases?limit=50')).json()) as { cases: { id: number; status: string }[] };
    const done = cases.find(({ status }) => status === 'resolved' || status === 'closed');
    const going = cases.find(({ status }) => status === 'assigned' || status === 'in_progress');
    assert.ok(done && going, 'one finished and one unfinished case');
    await row(page, done.id).getByRole('checkbox').click();
    await row(page, going.id).getByRole('checkbox').click();
    await page.keyboard.press('s');
    const choice = page.getByRole('dialog').getByRole('button', { name: 'Escalated' });
    assert.match((await choice.textContent()) ?? '', /1 of 2/);
    await choice.click();
    await page.locator('.toast', { hasText: '1 was not moved' }).waitFor();
    await assertAccessible(page, 'what failed');
    await page.locator('.toast').getByRole('button', { name: /Undo/ }).click();
    await page.waitForFunction(() => !document.querySelector('.toast.failed'));
  }));

test('undoing an ending says that it reopens', () =>
  open({}, async (page) => {
    const filedAt = (status: string) => async () => {
      const { cases } = (await (await page.request.get(`/api/cases?statuses=${status}&limit=1`)).json()) as { cases: { id: number }[] };
      return cases[0]?.id;
    };
    await sitDown(page);
    const id = await filedAt('in_progress')();
    assert.ok(id, 'a case in progress');
    await page.goto(`/desk/cases/${id}`);
    await page.locator('.case .moves').getByRole('button', { name: 'Resolved' }).click();
    await page.locator('.toast').getByRole('button', { name: 'Undo, through Reopened' }).waitFor();
    // The toast goes; the way back stays in the history.
    await page.locator('.toast').getByRole('button', { name: 'Close' }).click();
    await page.locator('.case ol').getByRole('button', { name: 'Undo, through Reopened' }).click();
    await page.locator('.toast', { hasText: '1 case is back' }).waitFor();
    assert.equal(await statusOf(page, id), 'in_progress');
  }));

test('a place with nothing in it, a list out of reach, and a connection that is gone are told', () =>
  open({ expects: /403|ERR_INTERNET_DISCONNECTED|ERR_FAILED/ }, async (page) => {
    await sitDown(page, '/desk?assignee=me');
    await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
    await assertAccessible(page, 'an empty queue');
    await page.getByRole('button', { name: 'Show all open cases' }).click();
    await page.locator('.queue [role=row]').first().waitFor();
    await page.context().setOffline(true);
    await page.getByLabel('Status', { exact: true }).selectOption('all');
    await page.getByText('No connection. The list is as it was').waitFor();
    await assertAccessible(page, 'offline');
    await page.context().setOffline(false);
    await page.getByText('No connection. The list is as it was').waitFor({ state: 'detached' });
    await page.route('**/api/cases?**', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"title":"Forbidden","status":403}' }));
    await page.goto('/desk');
    await page.getByRole('heading', { name: 'You may not see this' }).waitFor();
    await assertAccessible(page, 'a queue out of reach');
  }));

for (const width of [1024, 390]) {
  test(`the desk at ${width} px: the map is a pane of its own, and nothing is wider than the screen`, () =>
    open({ width, dark: width === 390 }, async (page) => {
      await sitDown(page, '/desk', 'dispatcher');
      const rows = page.locator('.queue [role=row]');
      await rows.first().click();
      await page.locator('#case-heading').waitFor();
      const fits = async () => assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, 'nothing is wider than the screen');
      await fits();
      await assertAccessible(page, `a case at ${width}`);
      await page.getByRole('navigation', { name: 'Panes' }).getByRole('link', { name: 'Map' }).click();
      await drawn(page);
      await fits();
      await assertAccessible(page, `the map at ${width}`);
      await page.getByRole('navigation', { name: 'Panes' }).getByRole('link', { name: 'Case' }).click();
      await page.locator('#case-heading').waitFor();
      if (width > 500) return;
      await page.getByRole('link', { name: 'To the list' }).click();
      await rows.first().waitFor();
      await fits();
      await assertAccessible(page, 'the list on a phone');
    }));
}

test('a case is taken by a key, given to a colleague with a reason, and the story says so', () =>
  open({ width: 390 }, async (page) => {
    await sitDown(page);
    const [, first] = await movable(page, 2);
    assert.ok(first);
    await row(page, first.id).focus();
    await page.keyboard.press('a');
    await page.locator('.toast').getByText(/is yours$/).waitFor();
    await page.goto(`/desk/cases/${first.id}`);
    await page.getByRole('button', { name: 'Give it back' }).click();
    await page.getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Give it back' }).waitFor();
    await page.getByRole('button', { name: /^Give it to/ }).click();
    const dialog = page.getByRole('dialog', { name: 'Who gets it?' });
    await dialog.getByRole('radio').first().waitFor();
    await assertAccessible(page, 'who gets a case');
    const team = dialog.getByLabel('Team');
    const other = await team.locator('option:not(:checked)').first().textContent();
    await team.selectOption({ label: other ?? '' });
    await dialog.getByLabel(/^Why/).fill('It lies on their side of the river');
    await dialog.getByRole('button', { name: 'Give it to' }).click();
    await page.locator('.case .who', { hasText: other ?? '' }).waitFor();
    await page.getByText(`Given to ${other ?? ''}`).waitFor();
  }));
