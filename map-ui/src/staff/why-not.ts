/** What came of a sign-in at the provider, from the word that the server puts into the address. Other words say nothing. */
import * as m from '../paraglide/messages.js';

export function whyNot(word: string | null, provider: string): string {
  switch (word) {
    case 'unreachable':
      return m.signin_unreachable({ provider });
    case 'stale':
      return m.signin_stale();
    case 'declined':
      return m.signin_declined({ provider });
    case 'untrusted':
      return m.signin_untrusted({ provider });
    case 'unknown':
      return m.signin_unknown();
    case 'roleless':
      return m.signin_roleless();
    default:
      return '';
  }
}
