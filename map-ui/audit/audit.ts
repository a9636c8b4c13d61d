/**
 * What `make audit` prints, a line each: Lighthouse's scores and the largest paint of every page on a simulated slow phone,
 * axe's findings in every state worth looking at, and what is shipped. Lighthouse is large and only used here, so it is a
 * package of its own.
 */
import axe from 'axe-core';
import { chromium, type Page } from 'playwright-core';
import lighthouse from 'lighthouse';
import { openBrowser } from '../e2e/browser.ts';
import { openCity } from '../e2e/city.ts';
import { sizes } from './sizes.ts';

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const city = await openCity();
try {
  const { features } = (await (await fetch(`${city.address}/api/requests?limit=1`)).json()) as { features: { properties: { number: string } }[] };
  const pages = ['/', '/report', `/requests/${features[0]?.properties.number}`, '/insight', '/desk'];
  await scores(pages);
  await findings(pages);
  for (const line of await sizes(city.address, pages)) console.log(line);
} finally {
  await city.stop();
}

async function scores(pages: string[]): Promise<void> {
  const port = 9222 + Math.floor(Math.random() * 1000);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', `--remote-debugging-port=${port}`],
  });
  try {
    for (const path of pages) {
      const run = await lighthouse(city.address + path, { port, output: 'json', onlyCategories: CATEGORIES, logLevel: 'error' });
      if (!run) throw new Error(`Lighthouse said nothing of ${path}`);
      const { categories, audits } = run.lhr;
      const figures = CATEGORIES.map((name) => (categories[name]?.score ?? 0).toFixed(2));
      const paint = ((audits['largest-contentful-paint']?.numericValue ?? 0) / 1000).toFixed(1);
      console.log(`lighthouse ${path} ${figures.join(' ')} lcp ${paint} s`);
      for (const { id, score, title } of Object.values(audits)) {
        const judged = ['accessibility', 'best-practices'].some((name) => categories[name]?.auditRefs.some((ref) => ref.id === id && ref.weight > 0));
        if (judged && score !== null && score < 1) console.log(`  ${id}: ${title}`);
      }
    }
  } finally {
    await browser.close();
  }
}

async function findings(pages: string[]): Promise<void> {
  const browser = await openBrowser();
  try {
    for (const [width, dark] of [[1280, false], [1280, true], [390, false], [390, true]] as const) {
      for (const path of pages) {
        const context = await browser.newContext({ baseURL: city.address, viewport: { width, height: 844 }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce' });
        const page = await context.newPage();
        await page.goto(path);
        await page.locator('h1').waitFor();
        console.log(`axe ${path} ${width}-${dark ? 'dark' : 'light'} ${await violations(page)}`);
        await context.close();
      }
    }
  } finally {
    await browser.close();
  }
}

async function violations(page: Page): Promise<number> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (rules) => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  }, RULES);
  for (const line of found) console.log(`  ${line}`);
  return found.length;
}
