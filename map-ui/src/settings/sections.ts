/** The sections of the settings, in the order they are listed. Each is a chunk of its own under `/settings/NAME`. */
import type { Component } from 'svelte';
import type { Session } from '../api/desk';
import * as m from '../paraglide/messages.js';

export interface Section {
  name: string;
  title: () => string;
  load: () => Promise<{ default: Component<{ member: Session }> }>;
  /** Whether it is of any use to this member; the server decides again. */
  open: (member: Session) => boolean;
}

export const SECTIONS: Section[] = [
  { name: 'account', title: m.settings_account, load: () => import('./account/Account.svelte'), open: () => true },
  { name: 'people', title: m.settings_people, load: () => import('./people/People.svelte'), open: ({ acts }) => acts.includes('see_staff') },
  { name: 'keys', title: m.settings_keys, load: () => import('./keys/Keys.svelte'), open: ({ acts }) => acts.includes('see_staff') },
  { name: 'blocks', title: m.settings_blocks, load: () => import('./blocks/Blocks.svelte'), open: ({ grants }) => grants.some(({ role }) => role === 'supervisor' || role === 'admin') },
  { name: 'data', title: m.settings_data, load: () => import('./data/Data.svelte'), open: ({ grants }) => grants.some(({ role }) => role === 'admin' || role === 'auditor') },
  { name: 'moderation', title: m.settings_moderation, load: () => import('./moderation/Moderation.svelte'), open: (member) => member.grants.some(({ role }) => ['dispatcher', 'supervisor', 'admin'].includes(role)) },
  { name: 'duplicates', title: m.settings_duplicates, load: () => import('./duplicates/Duplicates.svelte'), open: setsServices },
  { name: 'promises', title: m.settings_promises, load: () => import('./promises/Promises.svelte'), open: setsServices },
  { name: 'calendars', title: m.settings_calendars, load: () => import('./calendars/Calendars.svelte'), open: setsAnything },
];

/** Whoever answers for the catalogue of anything. */
function setsServices({ grants }: Session): boolean {
  return grants.some(({ role }) => role === 'supervisor' || role === 'admin');
}

/** Whoever sets what holds for the whole city: an agency's calendar is one, since cases pass from agency to agency. */
function setsAnything({ grants }: Session): boolean {
  return grants.some((one) => (one.role === 'supervisor' || one.role === 'admin') && !one.agency && !one.jurisdiction && !one.service);
}

/** The section of an address; the first that the member may open when the address names none. */
export function sectionAt(path: string, member: Session): Section | undefined {
  const open = SECTIONS.filter((section) => section.open(member));
  const name = path.split('/')[2] ?? '';
  return name === '' ? open[0] : open.find((section) => section.name === name);
}
