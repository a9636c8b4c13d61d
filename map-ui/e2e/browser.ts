/** Debian's Chromium with software WebGL. Every page is watched: an error in the console or a broken policy fails its test. */
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { type Browser, chromium, type Page } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const WEBGL = ['--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

const LAUNCH_MS = 60_000;
const STORY_MS = 120_000;
const CLOSING_MS = 15_000;

/** A browser that has shown that it can draw: one that hangs at its start, as software WebGL may, is given up for another. */
export async function openBrowser(how: { webgl: boolean } = { webgl: true }, tries = 3): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [...FLAGS, ...(how.webgl ? WEBGL : ['--disable-3d-apis'])],
    timeout: LAUNCH_MS,
  });
  const draws = async () => {
    const page = await browser.newPage();
    await page.evaluate(() => document.createElement('canvas').getContext('webgl2')?.clear(0));
    await page.screenshot();
    await page.close();
  };
  try {
    await within(LAUNCH_MS, 'the first picture of the browser', draws());
    return browser;
  } catch (error) {
    await within(CLOSING_MS, 'closing a browser that hangs', browser.close()).catch(() => undefined);
    if (tries <= 1) throw error;
    console.error(`${String(error)}; another browser is started`);
    return openBrowser(how, tries - 1);
  }
}

/** What Chromium itself never answers (`evaluate`, closing) has no time limit of its own, and would hold up everything. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`${what} took longer than ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(late);
  }
}

export interface Looks {
  width?: number;
  dark?: boolean;
  language?: string;
  /** What the console may say, because the story brings it about. */
  expects?: RegExp;
  /** False keeps the service worker away: what it answers cannot be intercepted. */
  worker?: boolean;
}

/** Opens a page, lets `visit` do what it does, and asserts that nothing went wrong meanwhile. */
export async function visit(browser: Browser, base: string, looks: Looks, work: (page: Page) => Promise<void>): Promise<void> {
  // Software WebGL pays for every pixel.
  const width = looks.width ?? 1240;
  const opened = browser.newContext({
    baseURL: base,
    viewport: { width, height: width < 500 ? 844 : 700 },
    hasTouch: width < 500,
    colorScheme: looks.dark ? 'dark' : 'light',
    locale: looks.language ?? 'en-GB',
    reducedMotion: 'reduce',
    serviceWorkers: looks.worker === false ? 'block' : 'allow',
    permissions: ['geolocation', 'clipboard-read', 'clipboard-write'],
  });
  const context = await within(CLOSING_MS, 'opening a window', opened);
  context.setDefaultTimeout(30_000);
  const wrong: string[] = [];
  // Every tab of the story is watched, not only the first.
  context.on('weberror', (error) => wrong.push(`uncaught: ${error.error().message}`));
  context.on('console', (message) => {
    // Software WebGL is slow, and the driver says so; that is no fault of the page.
    if (message.type() === 'error' || (message.type() === 'warning' && !/GPU stall|GL Driver|WebGL|blocked by Playwright/i.test(message.text()))) wrong.push(`${message.type()}: ${message.text()}`);
  });
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy broken: ${event.violatedDirective} by ${event.blockedURI}`));
  });
  const page = await within(CLOSING_MS, 'opening a page', context.newPage());
  try {
    await within(STORY_MS, 'the story', work(page));
    assert.deepEqual(wrong.filter((words) => !looks.expects?.test(words)), []);
  } finally {
    await within(CLOSING_MS, 'closing the window', context.close());
  }
}

/** Rows are alike: five speak for all, and looking at each would be most of the time. */
const ALIKE = ['.twin tbody tr:nth-child(n+6)', '.queue [role=row]:nth-child(n+6)', '.tile-list > li:nth-child(n+6)'];
/** WCAG 2.0 to 2.2 A and AA, and the best practices. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const told = await page.evaluate(
    async ([alike, rules]) => {
      const { violations } = await (window as unknown as { axe: typeof axe }).axe.run({ exclude: alike }, { runOnly: rules, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')}`);
    },
    [ALIKE, RULES] as const,
  );
  assert.deepEqual(told, [], what);
}

/** How many different colours a part of the page shows: a map that failed silently shows one. */
export async function coloursOf(page: Page, selector: string): Promise<Map<string, number>> {
  const picture = await page.locator(selector).screenshot();
  const pairs = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (!pen) return [];
    pen.drawImage(image, 0, 0);
    const { data } = pen.getImageData(0, 0, image.width, image.height);
    const counts = new Map<string, number>();
    for (let at = 0; at < data.length; at += 4) {
      const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts];
  }, picture.toString('base64'));
  return new Map(pairs);
}

/** Waits until the map has drawn what it was given. */
export async function drawn(page: Page): Promise<void> {
  await page.locator('.mapbox canvas').waitFor();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  await page.locator('[data-drawn="true"]').waitFor();
}
