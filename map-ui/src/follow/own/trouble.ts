/** Why something could not be sent, in words for the one who wrote it. */
import { Problem } from '../../api/call';
import { isNetwork } from '../../offline/network';
import * as m from '../../paraglide/messages.js';

export interface Trouble {
  text: string;
  /** Only the network is missing: nothing is wrong, and it is not shown as if. */
  offline: boolean;
}

/** Null stands for a network that is known to be missing. */
export function trouble(error: unknown): Trouble {
  if (error === null || isNetwork(error)) return { text: m.kept_offline(), offline: true };
  if (!(error instanceof Problem)) return { text: m.state_failed(), offline: false };
  if (error.status === 401 || error.status === 403) return { text: m.own_wrong_link(), offline: false };
  if (error.status === 409) return { text: m.own_finished(), offline: false };
  return { text: error.detail || error.title || m.state_failed(), offline: false };
}
