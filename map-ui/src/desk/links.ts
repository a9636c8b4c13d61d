/** Addresses of the desk. The filters go along; which pane a narrow screen shows does not. */
import { go, here } from '../app/route.svelte.ts';
import { hand } from './hand.svelte.ts';

function withQuery(path: string, changes: Record<string, string> = {}): string {
  const query = new URLSearchParams(here.query);
  query.delete('pane');
  for (const [name, value] of Object.entries(changes)) query.set(name, value);
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? `${path}?${text}` : path;
}

export const caseLink = (id: number) => withQuery(`/desk/cases/${id}`);
export const listLink = () => withQuery('/desk');
export const mapLink = () => withQuery(here.path, { pane: 'map' });
/** The same page with the case, not the map, in the second pane. */
export const paneLink = () => withQuery(here.path);

export const openId = (path: string) => Number(/^\/desk\/cases\/(\d+)/.exec(path)?.[1] ?? 0) || null;

/** Narrower than this, the list makes room for the case. */
export const single = matchMedia('(max-width: 760px)');

/** Shows a case beside the list. The focus goes into it only if it is asked to, or if the list is out of sight then. */
export function openCase(id: number, aim: 'heading' | 'note' | null): void {
  hand.cursor = id;
  hand.aim = single.matches ? (aim ?? 'heading') : aim;
  const there = openId(here.path) === id;
  go(caseLink(id), { still: true, replace: there });
  if (single.matches) scrollTo(0, 0);
  if (there) hand.arrive();
}
