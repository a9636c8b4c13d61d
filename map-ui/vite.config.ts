import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { compress } from './build/compress.ts';
import { licenses } from './build/licenses.ts';
import { MESSAGES } from './build/messages.ts';
import { pages } from './build/pages.ts';

/** The server that `npm run dev` talks to; start one with `waymark demo`. */
const server = process.env.WAYMARK_SERVER ?? 'http://localhost:8311';

export default defineConfig({
  plugins: [
    paraglideVitePlugin(MESSAGES),
    svelte(),
    licenses(),
    pages(),
    compress(),
  ],
  build: {
    target: 'es2022',
    // A data: URL is code the content security policy cannot tell apart from an attacker's: every file stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What others wrote and we ship is named, with its licence, at /licenses.md.
    license: { fileName: 'licenses.md' },
    // MapLibre alone is over Rolldown's 500 kB of raw text; its budget is kept by the end-to-end tests instead.
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(['/api', '/photos', '/tiles', '/open311', '/health'].map((path) => [path, server])) },
});
