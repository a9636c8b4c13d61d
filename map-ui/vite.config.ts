import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { compress } from './build/compress.ts';
import { licenses } from './build/licenses.ts';
import { MESSAGES } from './build/messages.ts';
import { pages } from './build/pages.ts';
import { worker } from './build/worker.ts';

/** The server that `npm run dev` talks to; start one with `waymark demo`. */
const server = process.env.WAYMARK_SERVER ?? 'http://localhost:8311';

export default defineConfig({
  plugins: [
    paraglideVitePlugin(MESSAGES),
    svelte(),
    licenses(),
    pages(),
    worker(),
    compress(),
  ],
  build: {
    target: 'es2022',
    // A data: URL is code the content security policy cannot tell apart from an attacker's: every file stays a file.
    assetsInlineLimit: 0,
    // What every page has already need not be named again wherever a part is fetched.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, files, { hostId, hostType }) => {
        if (hostType !== 'js') return files;
        // The entry, which all pages wait for, names only the styles of the others: their scripts find each other.
        const named = (file: string) => file.endsWith('.css') || !/assets\/index-/.test(hostId);
        return files.filter((file) => named(file) && !/assets\/(svelte|shell|index|rolldown-runtime)-/.test(file));
      },
    },
    // What others wrote and we ship is named, with its licence, at /licenses.md.
    license: { fileName: 'licenses.md' },
    // MapLibre alone is over Rolldown's 500 kB of raw text; its budget is kept by the end-to-end tests instead.
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      treeshake: { moduleSideEffects: [{ test: /svelte.src.internal.client.dom/, sideEffects: false }] },
      output: {
        // Parts of the framework that the first screens do without; left alone, they would stand in the shell that all wait for.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'lists', test: /svelte.src.internal.client.dom.(blocks.(await|each|key|svelte-element)|elements.(style|bindings.(input|select|size))).js/ },
            { name: 'svelte', test: /node_modules.(svelte.src|clsx|esm-env)/ },
            // Small things that every page has: apart, each would be a file of its own, and pack worse.
            { name: 'shell', test: /preload-helper|paraglide.(runtime|registry)|src.app.(route|theme|ThemeButton|LanguageButton)|src.parts.(Icon|icons|Wordmark)|messages.(state_code_\w+|loading|send_where|theme_to_\w+|try_again|photo_go_on|page_report)/ },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: { proxy: Object.fromEntries(['/api', '/photos', '/tiles', '/open311', '/health'].map((path) => [path, server])) },
});
