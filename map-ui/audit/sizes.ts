/** What a page ships: scripts and styles before its first view, then the map's code, in kB by gzip and by brotli. */
import { readdir, readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const kB = (bytes: number) => (bytes / 1000).toFixed(1);

interface Weight {
  gzip: number;
  brotli: number;
}

function weigh(files: Buffer[]): Weight {
  return { gzip: sum(files.map((file) => gzipSync(file).length)), brotli: sum(files.map((file) => brotliCompressSync(file).length)) };
}

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);
const said = (what: string, { gzip, brotli }: Weight) => `size ${what} ${kB(gzip)} kB gzip ${kB(brotli)} kB brotli`;

export async function sizes(base: string, pages: string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const path of pages) {
    const html = await (await fetch(base + path)).text();
    for (const end of ['js', 'css']) {
      const named = [...html.matchAll(new RegExp(`(?:src|href)="(/[^"]+\\.${end})"`, 'g'))].map(([, file]) => file ?? '');
      const files = await Promise.all(named.map(async (file) => Buffer.from(await (await fetch(base + file)).arrayBuffer())));
      lines.push(said(`${path} ${end} before the first view`, weigh(files)));
    }
  }
  const assets = new URL('../dist/assets/', import.meta.url);
  for (const name of await readdir(assets)) {
    if (/maplibre.*\.m?js$/i.test(name)) lines.push(said(name.replace(/-[\w-]{8}(?=\.)/, ''), weigh([await readFile(new URL(name, assets))])));
  }
  return lines;
}
