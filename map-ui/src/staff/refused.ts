/** What the server says against a name, a password or a link, in the reader's language. */
import { Problem } from '../api/call';
import * as m from '../paraglide/messages.js';

export interface Refused {
  /** The link opens nothing any more. */
  gone: boolean;
  name: string;
  password: string;
  /** Whatever else went wrong. */
  other: string;
}

export const FINE: Refused = { gone: false, name: '', password: '', other: '' };

export function refused(error: unknown): Refused {
  if (!(error instanceof Problem)) return { ...FINE, other: m.state_failed() };
  if (error.offline) return { ...FINE, other: m.state_offline() };
  if (error.status === 401) return { ...FINE, gone: true };
  if (error.status === 429) return { ...FINE, other: m.password_wait() };
  const about = (field: string) => error.errors.some((problem) => problem.field === field);
  const [name, password] = [about('name') ? m.invite_name_wrong() : '', about('password') ? m.password_weak() : ''];
  return { ...FINE, name, password, other: name || password ? '' : error.detail || m.state_failed() };
}
