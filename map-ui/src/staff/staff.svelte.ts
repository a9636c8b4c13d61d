/** Who sits at the desk, and the way in. Known after one question to the server; the cookie itself is out of reach of any script. */
import { Problem } from '../api/call';
import { type Session, secondStep, session, signIn, signOut } from '../api/desk';
import * as m from '../paraglide/messages.js';

class Staff {
  member = $state.raw<Session | null>(null);
  state = $state<'asking' | 'out' | 'in' | 'failed'>('asking');
  problem = $state('');

  async ask(): Promise<void> {
    // Asking without ever having signed in would only fill the console with a refusal. Whoever comes from the provider may have.
    if (!wasHere() && !fromElsewhere()) {
      this.state = 'out';
      return;
    }
    this.state = 'asking';
    try {
      this.welcome(await session());
    } catch (error) {
      this.state = this.ended(error) ? 'out' : 'failed';
    }
  }

  /** True while the password was right and the second factor is asked for. */
  waiting = $state(false);

  async enter(email: string, password: string): Promise<void> {
    this.problem = '';
    try {
      const answer = await signIn(email, password);
      if ('next' in answer) this.waiting = true;
      else this.welcome(answer);
    } catch (error) {
      const wrong = error instanceof Problem && (error.status === 401 || error.status === 422);
      this.problem = wrong ? m.signin_wrong() : failed(error);
    }
  }

  /** Whether the member may do this to something at least; what a page need not offer otherwise. The server decides again. */
  may(act: Session['acts'][number]): boolean {
    return this.member?.acts.includes(act) ?? false;
  }

  async second(second: Parameters<typeof secondStep>[0]): Promise<void> {
    this.problem = '';
    try {
      this.welcome(await secondStep(second));
    } catch (error) {
      const status = error instanceof Problem ? error.status : 0;
      // Too late, or too many tries: back to the password.
      if (status === 409) this.waiting = false;
      this.problem = status === 401 ? m.signin_code_wrong() : status === 409 ? m.signin_code_over() : failed(error);
    }
  }

  /** Back to the first step, with nothing said. */
  again(): void {
    this.waiting = false;
    this.problem = '';
  }

  async leave(): Promise<void> {
    const farewell = await signOut().catch(() => undefined);
    remember(false);
    this.member = null;
    this.state = 'out';
    if (farewell?.provider) location.assign(farewell.provider);
  }

  private welcome(member: Session): void {
    this.member = member;
    this.waiting = false;
    remember(true);
    this.state = 'in';
  }

  /** The session ended while the page was open. */
  ended(error: unknown): boolean {
    const out = error instanceof Problem && error.status === 401;
    if (out) remember(false);
    if (out) this.state = 'out';
    return out;
  }
}

function failed(error: unknown): string {
  if (!(error instanceof Problem) || error.offline) return m.state_offline();
  return error.status === 429 ? m.signin_too_many() : error.detail || error.title;
}

const MARK = 'waymark-staff';

/** Whether somebody signed in on this device; says nothing of who, and opens nothing. */
export function wasHere(): boolean {
  try {
    return localStorage.getItem(MARK) !== null;
  } catch {
    return true;
  }
}

/** Whether the browser was sent here by a way that began with the button of the provider. */
function fromElsewhere(): boolean {
  try {
    const gone = sessionStorage.getItem(AWAY) !== null;
    sessionStorage.removeItem(AWAY);
    return gone;
  } catch {
    return true;
  }
}

const AWAY = 'waymark-away';

/** The way to the provider, back to where the reader is now. */
export function goElsewhere(): void {
  try {
    sessionStorage.setItem(AWAY, '1');
  } catch {
    // Then the server is asked in any case.
  }
  const back = new URL(location.href);
  back.searchParams.delete('sign_in');
  location.assign(`/api/session/oidc?to=${encodeURIComponent(back.pathname + back.search)}`);
}

function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(MARK, '1');
    else localStorage.removeItem(MARK);
  } catch {
    // Then the server is asked each time.
  }
}

export const staff = new Staff();
