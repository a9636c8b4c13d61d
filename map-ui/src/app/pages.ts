/** The pages and their addresses. Each is a chunk of its own; `build/pages.ts` and `src/ui.rs` know the same list. */
import type { Component } from 'svelte';

interface Page {
  path: RegExp;
  load: () => Promise<{ default: Component }>;
}

const PAGES: Page[] = [
  { path: /^\/$/, load: () => import('../explore/Explore.svelte') },
  { path: /^\/report\/?$/, load: () => import('../report/Report.svelte') },
  { path: /^\/requests\/[^/]+\/?$/, load: () => import('../follow/Follow.svelte') },
  { path: /^\/my\/?$/, load: () => import('../my/My.svelte') },
  { path: /^\/insight\/?$/, load: () => import('../insight/Insight.svelte') },
  { path: /^\/desk(\/.*)?$/, load: () => import('../desk/Desk.svelte') },
  { path: /^\/invite\/?$/, load: () => import('../staff/Invite.svelte') },
  { path: /^\/reset\/?$/, load: () => import('../staff/Reset.svelte') },
  { path: /^\/settings(\/.*)?$/, load: () => import('../settings/Settings.svelte') },
];

export function pageAt(path: string): Page | undefined {
  return PAGES.find((page) => page.path.test(path));
}
