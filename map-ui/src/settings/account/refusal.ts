/** What the account's refusals are called in the reader's language. */
import { Problem } from '../../api/call';
import * as m from '../../paraglide/messages.js';

/** One line for a refusal; a field that is not named here is told in the server's words. */
export function refusal(error: unknown): string {
  if (!(error instanceof Problem) || error.offline) return m.state_offline();
  if (error.status === 429) return m.signin_too_many();
  const field = error.errors[0]?.field;
  if (field === 'old' || field === 'password') return m.account_not_password();
  if (field === 'code') return m.factor_code_wrong();
  return error.detail || error.title;
}
