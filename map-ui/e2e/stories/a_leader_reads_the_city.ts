import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, coloursOf, drawn, openBrowser, visit } from '../browser.ts';
import { api, open, world } from '../world.ts';

interface Counts {
  total: number;
  services: { code: string; count: number }[];
  statuses: { status: string; count: number }[];
  jurisdictions: { layer: string; code: string; name: string; count: number }[];
  days: [string, number][];
}

const figure = (text: string | null) => Number((text ?? '').replace('−', '-').replace(/[^\d-]/g, ''));
const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);

/** How many days back the records of the city go; a third of them can be compared with as many before. */
async function records(): Promise<number> {
  const [first] = (await api<Counts>('/api/counts')).days[0] ?? [day(0)];
  return Math.round((Date.parse(day(0)) - Date.parse(first)) / 86_400_000);
}
const lately = async () => `from=${day(Math.floor((await records()) / 3))}&to=${day(0)}`;

/** "1,204 requests, …" → 1204. */
async function said(page: Page): Promise<number> {
  const title = (await page.locator('h1').textContent()) ?? '';
  return /^No request/.test(title) ? 0 : figure(/^[\d,.]+/.exec(title)?.[0] ?? null);
}

async function rows(page: Page): Promise<{ name: string; count: number; cells: string[] }[]> {
  return page.locator('.twin tbody tr').evaluateAll((found) =>
    found.map((row) => {
      const cells = [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim() ?? '');
      return { name: row.querySelector('th .name, th .st')?.textContent?.trim() ?? '', count: Number(cells[0]?.replace(/\D/g, '')), cells };
    }),
  );
}

/** Everything is there: the map is drawn, and each step is loaded. */
async function settled(page: Page): Promise<void> {
  await page.locator('.time [role=slider]').first().waitFor();
  await drawn(page);
}

/** What the page asks of the API while something is done. */
async function askedWhile(page: Page, work: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  const hear = (request: { url(): string }) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.push(pathname + search);
  };
  page.on('request', hear);
  await work();
  page.off('request', hear);
  return asked;
}

/** A small generator (Park and Miller), so that a failure can be told again. */
function chance(seed: number): <T>(some: readonly T[]) => T | undefined {
  let state = seed;
  return (some) => some[(state = (state * 48_271) % 2_147_483_647) % some.length];
}

test('for any filters the page says the counts of the API, whole and window alike', async () => {
  const seed = (Date.now() % 1_000_000) + 1;
  const any = chance(seed);
  const all = await api<Counts>('/api/counts');
  const districts = all.jurisdictions.filter(({ layer }) => layer === 'district');
  await open({}, async (page) => {
    for (let turn = 0; turn < 4; turn++) {
      const parts = [
        `from=${day(any([20, 50, 90]) ?? 50)}&to=${day(any([0, 3, 9]) ?? 0)}`,
        any(['', `services=${any(all.services)?.code}`]),
        any(['', `statuses=${any(all.statuses)?.status}`, 'statuses=resolved,closed']),
        any(['', `jurisdictions=district:${any(districts)?.code}`]),
      ].filter(Boolean);
      const query = parts.join('&');
      const what = `seed ${seed}: ${query}`;
      await page.goto(`/insight?${query}`);
      await settled(page);
      const whole = await api<Counts>(`/api/counts?${query}`);
      assert.equal(await said(page), whole.total, what);
      const bars = await page.locator('.time [role=slider]').first().getAttribute('aria-valuemax');
      await page.locator('.time [role=slider]').first().press('End');
      await page.waitForURL(/window=/);
      const [from, to] = (new URL(page.url()).searchParams.get('window') ?? '').split('..');
      const window = await api<Counts>(`/api/counts?${parts.slice(1).join('&')}&from=${from}&to=${to}`);
      assert.equal(await said(page), window.total, `${what}, step ${bars}, ${from} to ${to}`);
      const shown = new Map((await rows(page)).map(({ name, count }) => [name, count]));
      for (const { name, count } of window.jurisdictions.filter(({ layer }) => layer === 'district')) assert.equal(shown.get(name), count, `${what}: ${name}`);
    }
  });
});

test('moving through time asks nobody, changes the numbers, and leaves the scale as it is', () =>
  open({}, async (page) => {
    await page.goto(`/insight?${await lately()}&table=services`);
    await settled(page);
    const first = page.getByRole('slider', { name: 'First step shown' });
    const last = page.getByRole('slider', { name: 'Last step shown' });
    const scale = await page.locator('.classes ol .full').allTextContents();
    const whole = await said(page);
    const asked = await askedWhile(page, async () => {
      await last.press('Home');
      assert.match((await first.getAttribute('aria-valuetext')) ?? '', /^(week of \d+ \w+|\w+,? \d+ \w+), \d+ requests?$/);
      const one = await said(page);
      assert.ok(one < whole, 'one step is less than all');
      await first.press('Shift+ArrowRight');
      assert.equal(await first.getAttribute('aria-valuenow'), '1');
      assert.equal(await last.getAttribute('aria-valuenow'), '1');
      await page.getByRole('button', { name: 'Play', exact: true }).click();
      await page.waitForFunction(() => document.querySelector('.time [role=slider]')?.getAttribute('aria-valuenow') === '3');
      await page.getByRole('button', { name: 'Pause', exact: true }).click();
      // By mouse: one bar, then the window to the right.
      const track = (await page.locator('.time .brush').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const bars = Number(await last.getAttribute('aria-valuemax')) + 1;
      const at = (bar: number) => track.x + ((bar + 0.5) / bars) * track.width;
      await page.mouse.click(at(2), track.y + 20);
      assert.equal(await first.getAttribute('aria-valuenow'), '2');
      await page.mouse.move(at(2), track.y + 20);
      await page.mouse.down();
      await page.mouse.move(at(5), track.y + 24, { steps: 5 });
      await page.mouse.up();
      assert.equal(await first.getAttribute('aria-valuenow'), '5');
      await drawn(page);
    });
    assert.deepEqual(asked, []);
    assert.deepEqual(await page.locator('.classes ol .full').allTextContents(), scale, 'the colours mean the same');
    const [from, to] = (new URL(page.url()).searchParams.get('window') ?? '').split('..');
    const { total, services } = await api<Counts>(`/api/counts?from=${from}&to=${to}`);
    assert.equal(await said(page), total);
    assert.deepEqual((await rows(page)).filter(({ count }) => count > 0).map(({ count }) => count), services.map(({ count }) => count).toSorted((a, b) => b - a));
  }));

test('a hexagon is opened from the table and by Enter on the map, and its numbers are those of the API', () =>
  open({}, async (page) => {
    const days = await lately();
    await page.goto(`/insight?${days}&table=hexagons`);
    await settled(page);
    await page.locator('.twin .pick').first().click();
    await page.waitForURL(/cell=/);
    await page.locator('.opened .made li').first().waitFor();
    await drawn(page);
    const cell = new URL(page.url()).searchParams.get('cell');
    const source = new URL((await page.getByRole('link', { name: /The API’s answer/ }).getAttribute('href')) ?? '', world.base);
    const { cells, resolution } = await api<{ resolution: number; cells: [string, number][] }>(source.pathname + source.search);
    const count = cells.find(([name]) => name === cell)?.[1];
    assert.equal(figure(await page.locator('.opened .many b').textContent()), count);
    assert.equal((await rows(page)).find(({ cells: [, , ,], count: found }) => found === count)?.count, count);
    const { clusters } = await api<{ clusters: { cell: string; count: number; services: Record<string, number>; statuses: Record<string, number> }[] }>(`/api/clusters?${days}&zoom=${resolution + 5}`);
    const made = clusters.find((one) => one.cell === cell);
    assert.equal(made?.count, count);
    const most = Math.max(...Object.values(made?.services ?? {}));
    assert.equal(figure(await page.locator('.opened .made li b').first().textContent()), most);
    await assertAccessible(page, 'an opened hexagon');
    await page.keyboard.press('Escape');
    await page.waitForURL((url) => !url.searchParams.has('cell'));
    await page.waitForFunction((id) => document.activeElement?.id === id, `row-${cell}`);
    // The table moved the map to the hexagon, so it lies under the cross-hair.
    await drawn(page);
    await page.locator('.mapbox canvas').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('cell') === cell);
    await page.waitForFunction(() => document.activeElement?.id === 'opened-title');
  }));

test('the map shows the ramp, then the two sides of a change; the legend leaves out what is not wanted', () =>
  open({}, async (page) => {
    const near = (colours: Map<string, number>, [r, g, b]: number[]) =>
      [...colours].reduce((sum, [colour, pixels]) => {
        const [red = 0, green = 0, blue = 0] = colour.split(',').map(Number);
        return Math.hypot(red - (r ?? 0), green - (g ?? 0), blue - (b ?? 0)) < 30 ? sum + pixels : sum;
      }, 0);
    await page.goto(`/insight?from=${day(await records())}&to=${day(0)}`);
    await settled(page);
    const heat = await coloursOf(page, '.mapbox canvas');
    // The lowest class at two fifths on the land, and the third at four fifths.
    assert.ok(near(heat, [247, 236, 155]) > 400 && near(heat, [91, 194, 143]) > 400, 'yellow and green');
    const cells = page.locator('.classes [role=slider]');
    await cells.first().press('ArrowRight');
    await page.waitForURL(/classes=2-7/);
    await drawn(page);
    assert.ok(near(await coloursOf(page, '.mapbox canvas'), [247, 236, 155]) < 100, 'the lowest class is gone');
    await page.getByText('Change', { exact: true }).first().click();
    await page.waitForURL((url) => url.searchParams.get('show') === 'change' && !url.searchParams.has('classes'));
    await page.goto(`/insight?${await lately()}&show=change`);
    await settled(page);
    const change = await coloursOf(page, '.mapbox canvas');
    assert.ok(near(change, [196, 219, 228]) > 400 && near(change, [243, 204, 166]) > 400, 'blue and orange');
    for (const { cells: [count, before, moved] } of await rows(page)) assert.equal(figure(moved ?? ''), figure(count ?? '') - figure(before ?? ''));
  }));

test('clusters hold what the API says, in the table and opened', () =>
  open({}, async (page) => {
    await page.goto(`/insight?${await lately()}&show=clusters&table=hexagons`);
    await settled(page);
    await page.locator('.twin .pick').first().waitFor();
    const source = new URL((await page.getByRole('link', { name: /The API’s answer/ }).getAttribute('href')) ?? '', world.base);
    const { clusters } = await api<{ clusters: { count: number }[] }>(source.pathname + source.search);
    assert.deepEqual((await rows(page)).map(({ count }) => count), clusters.map(({ count }) => count).toSorted((a, b) => b - a));
    await page.locator('.twin .pick').first().click();
    await page.locator('.opened .made li').first().waitFor();
    assert.equal(figure(await page.locator('.opened .many b').textContent()), Math.max(...clusters.map(({ count }) => count)));
    const before = new URL(page.url()).searchParams.get('at');
    await drawn(page);
    await page.getByRole('button', { name: 'Zoom to it' }).click();
    await page.waitForFunction((at) => new URL(location.href).searchParams.get('at') !== at, before);
  }));

test('the address is the state, and Back goes back', () =>
  open({}, async (page) => {
    await page.goto('/insight');
    await settled(page);
    await page.getByText('Services', { exact: true }).click();
    await page.waitForURL(/table=services/);
    const first = page.locator('.twin .pick').first();
    const name = await first.textContent();
    await first.click();
    await page.waitForURL(/services=/);
    await page.getByRole('button', { name: new RegExp(`^Service: ${name?.trim()}`) }).waitFor();
    await settled(page);
    const address = page.url();
    const title = await page.locator('h1').textContent();
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('services') && url.searchParams.get('table') === 'services');
    await page.goBack();
    await page.waitForURL((url) => !url.searchParams.has('table'));
    await page.goto(address);
    await settled(page);
    assert.equal(await page.locator('h1').textContent(), title, 'a link shows the same');
    await page.getByRole('button', { name: /^Dates:/ }).click();
    await assertAccessible(page, 'the days');
    await page.getByRole('button', { name: 'last 4 weeks' }).click();
    await page.waitForURL(/from=/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Compared with:/ }).click();
    await page.getByLabel('nothing').check();
    await page.waitForURL(/compared=none/);
    await page.waitForFunction(() => !document.querySelector('h1')?.textContent?.includes(','));
  }));

test('the table is taken away as a file that holds the numbers shown', () =>
  open({}, async (page) => {
    const span = await lately();
    await page.goto(`/insight?${span}&table=statuses&sort=name`);
    await settled(page);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()]);
    assert.equal(download.suggestedFilename(), `waymark-statuses-${span.slice(5, 15)}-${day(0)}.csv`);
    const text = (await readFile(await download.path(), 'utf8')).replace('\uFEFF', '');
    const [head, ...lines] = text.trimEnd().split('\r\n').map((line) => line.split(','));
    const shown = await rows(page);
    assert.deepEqual(head?.slice(0, 2), ['Name', 'Requests']);
    assert.deepEqual(lines.map(([name, count]) => [name, Number(count)]), shown.map(({ name, count }) => [name, count]));
    assert.deepEqual(lines.map(([, , , change]) => Number(change ?? 0)), shown.map(({ cells }) => figure(cells[2] ?? '0')));
  }));

for (const dark of [false, true]) {
  test(`every state is accessible and fits, ${dark ? 'dark, in Spanish, on a phone' : 'light, wide'}`, () =>
    open({ dark, ...(dark ? { width: 390, language: 'es' } : {}) }, async (page) => {
      for (const state of ['', '?show=change&table=hexagons', '?show=clusters&table=time', `?compared=year&window=${day(20)}..${day(8)}`, '?from=1999-01-01&to=1999-02-01']) {
        await page.goto(`/insight${state}`);
        await settled(page);
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${state} is ${wider} px too wide`);
        await assertAccessible(page, `/insight${state}`);
      }
    }));
}

test('without a connection the page says so, and goes on when there is one', () =>
  open({ expects: /Failed to load resource/ }, async (page) => {
    await page.route('**/api/counts*', (route) => route.abort());
    await page.goto('/insight');
    await page.getByRole('alert').getByText('No connection').waitFor();
    await assertAccessible(page, 'no connection');
    await page.unroute('**/api/counts*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    assert.ok((await said(page)) > 0);
  }));

test('what others file while one reads is told, moves nothing, and is counted when asked for', () =>
  open({}, async (page) => {
    // The page has to have its stream before something happens that it should hear.
    const listening = page.waitForResponse((answer) => answer.url().endsWith('/api/live'));
    await page.goto(`/insight?from=${day(30)}&to=${day(0)}`);
    await settled(page);
    await listening;
    const [before, at] = [await said(page), await page.locator('.twin tbody').boundingBox()];
    const filing = { service: 'pothole', lon: 0.905, lat: 52.601, description: 'A hole that was not there', separate: true };
    const filed = await page.request.post('/api/requests', { data: filing, headers: { origin: world.base } });
    assert.equal(filed.status(), 201, await filed.text());
    const again = page.getByRole('button', { name: 'Count again' });
    await again.waitFor();
    assert.equal(await said(page), before);
    assert.deepEqual(await page.locator('.twin tbody').boundingBox(), at);
    await assertAccessible(page, 'news while reading');
    await again.click();
    await page.waitForFunction((was) => !document.querySelector('h1')?.textContent?.startsWith(was), `${before.toLocaleString('en-GB')} `);
    assert.ok((await said(page)) > before);
    await again.waitFor({ state: 'detached' });
  }));

test('all steps of a span come in one answer', () =>
  open({}, async (page) => {
    const span = await lately();
    const asked = await askedWhile(page, async () => {
      await page.goto(`/insight?${span}`);
      await settled(page);
      await page.getByText('Services', { exact: true }).click();
      await page.getByRole('slider', { name: 'First step shown' }).press('End');
      await page.locator('.twin tbody tr').first().waitFor();
    });
    assert.ok(asked.filter((path) => path.startsWith('/api/counts')).length <= 4, asked.join('\n'));
  }));

test('without WebGL everything but the map is there', async () => {
  const browser = await openBrowser({ webgl: false });
  try {
    await visit(browser, world.base, {}, async (page) => {
      const span = await lately();
      await page.goto(`/insight?${span}`);
      await page.getByText('The map cannot be drawn here').waitFor();
      await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
      const { total } = await api<Counts>(`/api/counts?${span}`);
      assert.equal(await said(page), total);
      await page.getByRole('slider', { name: 'First step shown' }).press('End');
      assert.ok((await said(page)) < total);
      await page.getByText('Hexagons', { exact: true }).click();
      await page.locator('.twin .pick').first().click();
      await page.locator('.opened .made li').first().waitFor();
      await assertAccessible(page, 'without WebGL');
    });
  } finally {
    await browser.close();
  }
});
