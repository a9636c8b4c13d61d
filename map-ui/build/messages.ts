/** Compiles `messages/*.json` into `src/paraglide`, one typed function a message; offline, for checks that run without a build. */
import { compile } from '@inlang/paraglide-js';
import { pathToFileURL } from 'node:url';

/** The reader's choice first, then the browser's languages, then English. */
export const MESSAGES = {
  project: './project.inlang',
  outdir: './src/paraglide',
  strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
  localStorageKey: 'waymark-language',
  // There is no server-side rendering.
  isServer: 'false',
} satisfies Parameters<typeof compile>[0];

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await compile(MESSAGES);
