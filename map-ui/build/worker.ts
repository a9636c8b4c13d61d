/**
 * Writes `sw.js`: the service worker of `src/offline/worker.ts` with the names of this build's files. They are found from the
 * pages themselves, so that what only staff use, and the map, do not weigh on a resident's first visit.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type OutputAsset, type OutputBundle, type OutputChunk, type Plugin, rolldown } from 'rolldown';
import { reach, styleOf } from './pages.ts';

/** What does not depend on the build's names. The pages come last: when one is there, all it needs is. */
const NAMED = ['/early.js', '/favicon.svg', '/manifest.webmanifest', '/icon-192.png'];
const FIRST_PAGES = ['/report', '/requests/-'];
const LATER_PAGES = ['/'];

export function worker(): Plugin & { apply: 'build'; enforce: 'post' } {
  return {
    name: 'waymark-worker',
    apply: 'build',
    enforce: 'post',
    async generateBundle(_, bundle) {
      const { first, later } = files(bundle);
      const shell = String((bundle['index.html'] as OutputAsset).source);
      const text = [...first, ...later, shell, ...NAMED.map((name) => readFileSync(`public${name}`))];
      const version = text.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex').slice(0, 12);
      const shelf = { version, first: [...NAMED, ...first, ...FIRST_PAGES], later: [...later, ...LATER_PAGES] };
      const source = await rolldown({ input: 'src/offline/worker.ts', transform: { define: { SHELF: JSON.stringify(shelf) } } });
      const { output } = await source.generate({ format: 'iife', minify: true });
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: output[0].code });
    },
  };
}

function files(bundle: OutputBundle): { first: string[]; later: string[] } {
  const chunks = Object.values(bundle).filter((file): file is OutputChunk => file.type === 'chunk');
  const chunk = (end: string) => {
    const found = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(end));
    if (!found) throw new Error(`no chunk for ${end}`);
    return found;
  };
  const first = new Set<OutputChunk>();
  const later = new Set<OutputChunk>();
  for (const entry of chunks.filter(({ isEntry }) => isEntry)) reach(entry, bundle, first);
  reach(chunk('src/offline/start.ts'), bundle, first);
  /** A chunk with all it imports, at once or when it is needed; what draws the map is left for later. */
  const take = (one: OutputChunk, shelf: Set<OutputChunk>) => {
    const needed = reach(one, bundle);
    const heavy = [...needed].some(({ moduleIds }) => moduleIds.some((id) => id.includes('maplibre-gl')));
    for (const part of needed) {
      if (first.has(part) || later.has(part)) continue;
      (heavy ? later : shelf).add(part);
      for (const name of part.dynamicImports) if (bundle[name]?.type === 'chunk') take(bundle[name], shelf);
    }
  };
  take(chunk('src/report/Report.svelte'), first);
  take(chunk('src/follow/Follow.svelte'), first);
  take(chunk('src/explore/Explore.svelte'), later);
  const named = (found: Iterable<OutputChunk>) => [...new Set([...found].flatMap((one) => [one.fileName, ...(styleOf(one) ?? [])]))];
  const other = Object.keys(bundle).filter((name) => /\.(svg|woff2)$/.test(name) || /maplibre-gl-worker/.test(name));
  const light = (name: string) => !/latin-ext|maplibre/.test(name);
  const soon = [...named(first), ...other.filter(light)].filter((name) => name.startsWith('assets/'));
  const rest = [...named(later), ...other.filter((name) => !light(name))].filter((name) => !soon.includes(name));
  return { first: soon.map((name) => `/${name}`), later: [...new Set(rest)].map((name) => `/${name}`) };
}
