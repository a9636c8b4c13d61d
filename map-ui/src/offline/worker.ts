/**
 * The service worker: lets the pages open without a network. It answers GETs and nothing else; what residents write is kept
 * and sent by the page (`outbox.svelte.ts`). `build/worker.ts` puts the lists of files in.
 */

declare const SHELF: {
  /** Names the build: other files, another shelf. */
  version: string;
  /** What the report needs to open: fetched before this worker takes over. */
  first: string[];
  /** Map, other pages: fetched when the page has nothing better to do. */
  later: string[];
};

const shelf = SHELF;
const worker = self as unknown as ServiceWorkerGlobalScope;
const FILES = `files-${shelf.version}`;
const FACTS = 'facts';
const TILES = 'tiles';

/** Which page stands behind an address. */
const PAGES: [RegExp, string][] = [[/^\/report\/?$/, '/report'], [/^\/requests\/[^/]+\/?$/, '/requests/-'], [/^\/desk(\/.*)?$/, '/desk'], [/^\/$/, '/']];
/** What a report has to know of the city, and the areas its place lies in. */
const KNOWN = /^\/api\/(config|services(\/[^/]+)?|layers(\/[^/]+)?)$/;
const TILE = /^\/tiles\/base\//;
/** About 20 MB: a city's own streets, not the whole world. */
const MOST_TILES = 800;
const TILE_DAYS = 30;
/** Where the network is there but nothing comes, what was kept is shown after this. */
const PATIENCE_MS = 4_000;

worker.addEventListener('install', (event) => event.waitUntil(keep(shelf.first)));

worker.addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (![FILES, FACTS, TILES].includes(name)) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(tidy());
});

worker.addEventListener('message', (event) => {
  if (event.data === 'fill') event.waitUntil(keep(shelf.later).then(keepQuestions).catch(() => undefined));
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    const page = PAGES.find(([path]) => path.test(url.pathname))?.[1];
    if (page) event.respondWith(newest(request, FILES, page));
  } else if (url.pathname.startsWith('/assets/')) event.respondWith(held(request));
  else if (shelf.first.includes(url.pathname)) event.respondWith(newest(request, FILES, url.pathname));
  else if (KNOWN.test(url.pathname)) event.respondWith(newest(request, FACTS, url.pathname));
  else if (TILE.test(url.pathname)) event.respondWith(tile(request, event));
});

/** Fetches what is not there yet. Names under /assets/ carry a hash of their content, so another build's copy is as good. */
async function keep(files: string[]): Promise<void> {
  const cache = await caches.open(FILES);
  for (const file of files) {
    if (await cache.match(file)) continue;
    const hashed = file.startsWith('/assets/');
    const answer = (hashed && (await caches.match(file))) || (await fetch(file, { cache: hashed ? 'default' : 'no-cache' }));
    if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
    await cache.put(file, answer);
  }
}

/** A service that was never looked at has to be reportable too. */
async function keepQuestions(): Promise<void> {
  const cache = await caches.open(FACTS);
  for (const path of ['/api/config', '/api/services', '/api/layers']) if (!(await cache.match(path))) await cache.add(path);
  const services = (await (await cache.match('/api/services'))?.json()) as { code: string; questions: boolean }[] | undefined;
  for (const { code } of services ?? []) {
    const path = `/api/services/${encodeURIComponent(code)}`;
    if (!(await cache.match(path))) await cache.add(path);
  }
}

/** The network's answer, and what was kept when there is none, or none in time, or the server is ill. */
async function newest(request: Request, where: string, name: string): Promise<Response> {
  const cache = await caches.open(where);
  const old = await cache.match(name);
  const asked = fetch(request).then((answer) => {
    // A page belongs to the files of its own build: it is not replaced before they are.
    if (answer.ok && where === FACTS) void cache.put(name, answer.clone());
    return answer.status >= 500 && old ? old : answer;
  });
  if (!old) return asked;
  const late = new Promise<Response>((resolve) => setTimeout(() => resolve(old), PATIENCE_MS));
  return Promise.race([asked.catch(() => old), late]);
}

/** A file whose name changes with its content: what was fetched once holds. */
async function held(request: Request): Promise<Response> {
  const old = await caches.match(request.url);
  if (old) return old;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    void caches.open(FILES).then((cache) => cache.put(request.url, copy));
  }
  return answer;
}

/** Streets as they are seen. The oldest go first when there are too many. */
async function tile(request: Request, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(TILES);
  const old = await cache.match(request.url);
  const age = Date.now() - Date.parse(old?.headers.get('date') ?? '');
  if (old && age < TILE_DAYS * 86_400_000) return old;
  try {
    const answer = await fetch(request);
    if (answer.ok) event.waitUntil(cache.put(request.url, answer.clone()).then(() => trim(cache)));
    return answer;
  } catch (error) {
    if (old) return old;
    throw error;
  }
}

async function trim(cache: Cache): Promise<void> {
  const all = await cache.keys();
  for (const request of all.slice(0, Math.max(0, all.length - MOST_TILES))) await cache.delete(request);
}
