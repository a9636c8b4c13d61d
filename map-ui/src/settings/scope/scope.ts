/** A role or a power and where it holds, as people say it. Pure. */
import type { Scopes } from '../../api/staff';
import * as m from '../../paraglide/messages.js';

export interface Scoped {
  /** The word of a role or a power. */
  what: string;
  agency: string | null;
  jurisdiction: string | null;
  service: string | null;
}

const WORDS: Record<string, () => string> = {
  resident: m.role_resident,
  member: m.role_member,
  dispatcher: m.role_dispatcher,
  supervisor: m.role_supervisor,
  leader: m.role_leader,
  auditor: m.role_auditor,
  admin: m.role_admin,
  file: m.power_file,
  read: m.power_read,
};

/** A role or power in the reader's language; a word that is not known yet stands for itself. */
export const named = (word: string): string => WORDS[word]?.() ?? word;

/** Names of what limits it, or that nothing does. */
export function limits({ agency, jurisdiction, service }: Omit<Scoped, 'what'>, scopes: Scopes | null): string {
  const place = scopes?.jurisdictions.find((one) => `${one.layer}:${one.code}` === jurisdiction)?.name ?? jurisdiction;
  const kind = scopes?.services.find(({ code }) => code === service)?.name ?? service;
  const office = scopes?.agencies.find(({ code }) => code === agency)?.name ?? agency;
  return [place, kind, office].filter(Boolean).join(' · ') || m.scope_everywhere();
}

/** Without a limit. */
export const nothing = (what: string): Scoped => ({ what, agency: null, jurisdiction: null, service: null });
