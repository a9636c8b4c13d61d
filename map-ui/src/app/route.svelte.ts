/** Where the reader is. The address is the state of every page; this is the only module that touches `history`. */
import { tick } from 'svelte';

class Here {
  path = $state(location.pathname);
  query = $state.raw(new URLSearchParams(location.search));

  /** Takes the address bar's word for it. */
  read(): void {
    this.path = location.pathname;
    this.query = new URLSearchParams(location.search);
  }
}

export const here = new Here();

/**
 * Moves on to another address. `replace` keeps the back button where it was: for filters and map positions. `still` leaves
 * focus and scroll where they are: for a page that shows the new thing beside the old.
 */
export function go(address: string, how: { replace?: boolean; still?: boolean } = {}): void {
  const before = location.pathname;
  history[how.replace ? 'replaceState' : 'pushState'](null, '', address);
  here.read();
  if (location.pathname !== before && !how.still) arrive();
}

/** The same page with some parameters changed; `null` or an empty text removes one. */
export function ask(changes: Record<string, string | null>, how: { replace?: boolean } = { replace: true }): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  const address = text ? `${location.pathname}?${text}` : location.pathname;
  if (address !== location.pathname + location.search) go(address, how);
}

/** A new page starts at its top, with the focus on its heading, so that a screen reader begins to read there. */
async function arrive(): Promise<void> {
  scrollTo(0, 0);
  await tick();
  const heading = document.querySelector<HTMLElement>('h1');
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Links within the site become moves; everything a browser does with modifier keys stays the browser's. */
export function followLinks(isOurs: (path: string) => boolean): () => void {
  const click = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || !isOurs(link.pathname)) return;
    if (link.pathname === location.pathname && link.hash) return;
    event.preventDefault();
    go(link.pathname + link.search + link.hash);
  };
  const back = () => here.read();
  document.addEventListener('click', click);
  addEventListener('popstate', back);
  return () => {
    document.removeEventListener('click', click);
    removeEventListener('popstate', back);
  };
}
