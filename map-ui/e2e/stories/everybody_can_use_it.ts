import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { assertAccessible } from '../browser.ts';
import { api, open, world } from '../world.ts';

/** The number of some request of the city. */
async function someNumber(): Promise<string> {
  const { bbox } = await api<{ bbox: number[] }>('/api/config');
  const { features } = await api<{ features: { properties: { number: string } }[] }>(`/api/requests?limit=1&bbox=${bbox.join(',')}`);
  return features[0]?.properties.number ?? '';
}

for (const dark of [false, true]) {
  test(`every public page fits the smallest phone and is accessible, ${dark ? 'dark' : 'light'}`, () =>
    open({ width: 320, dark, language: 'es' }, async (page) => {
      for (const path of ['/', '/report?step=what', `/requests/${await someNumber()}`, '/desk', '/insight', '/my', '/reset', '/invite']) {
        await page.goto(path);
        await page.locator('h1').waitFor();
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${path} is ${wider} px too wide`);
        await assertAccessible(page, path);
      }
    }));
}

test('a number that nobody has is told, and so is an address that leads nowhere', () =>
  open({ width: 800, expects: /404/ }, async (page) => {
    await page.goto('/requests/11111111');
    await page.getByText('No request has this number').waitFor();
    await assertAccessible(page, 'a missing request');
  }));

test('a theme once chosen is kept, without a flash of the other', () =>
  open({ width: 800 }, async (page) => {
    await page.goto('/report');
    await page.getByRole('button', { name: 'Dark colours' }).click();
    await page.reload({ waitUntil: 'commit' });
    await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  }));

test('pages come compressed, tagged and under a strict policy, and hashed files are kept for ever', async () => {
  const page = await fetch(`${world.base}/report`, { headers: { 'accept-encoding': 'br' } });
  assert.equal(page.headers.get('content-encoding'), 'br');
  assert.match(page.headers.get('content-security-policy') ?? '', /script-src 'self'/);
  assert.doesNotMatch(page.headers.get('content-security-policy') ?? '', /unsafe/);
  const html = await page.text();
  const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
  const asset = await fetch(world.base + script);
  assert.match(asset.headers.get('cache-control') ?? '', /immutable/);
  const again = await fetch(`${world.base}/report`, { headers: { 'accept-encoding': 'br', 'if-none-match': page.headers.get('etag') ?? '' } });
  assert.equal(again.status, 304);
});

/** Kilobytes of script, gzipped, that a page needs before its first view: without the map, which comes after. */
const BUDGET = { '/report': 25, '/': 57, '/requests/11111111': 43, '/desk': 48, '/insight': 66 };

test('what a page needs before its first view stays within its budget', async () => {
  for (const [path, most] of Object.entries(BUDGET)) {
    const html = await (await fetch(world.base + path)).text();
    const scripts = [...html.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map(([, script]) => script ?? '');
    const sizes = await Promise.all(scripts.map(async (script) => gzipSync(Buffer.from(await (await fetch(world.base + script)).arrayBuffer())).length));
    const total = sizes.reduce((sum, size) => sum + size, 0) / 1000;
    assert.ok(total > 5 && total <= most, `${path}: ${total.toFixed(1)} kB of ${most}`);
  }
});
