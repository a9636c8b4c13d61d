/** Who sits at the desk. Known after one question to the server; the cookie itself is out of reach of any script. */
import { Problem } from '../api/call';
import { type Session, session, signIn, signOut } from '../api/desk';
import * as m from '../paraglide/messages.js';

class Staff {
  member = $state.raw<Session | null>(null);
  state = $state<'asking' | 'out' | 'in' | 'failed'>('asking');
  problem = $state('');

  async ask(): Promise<void> {
    // Asking without ever having signed in would only fill the console with a refusal.
    if (!wasHere()) {
      this.state = 'out';
      return;
    }
    this.state = 'asking';
    try {
      this.member = await session();
      this.state = 'in';
    } catch (error) {
      this.state = this.ended(error) ? 'out' : 'failed';
    }
  }

  async enter(email: string, password: string): Promise<void> {
    this.problem = '';
    try {
      this.member = await signIn(email, password);
      remember(true);
      this.state = 'in';
    } catch (error) {
      const wrong = error instanceof Problem && (error.status === 401 || error.status === 422);
      this.problem = wrong ? m.signin_wrong() : error instanceof Problem && !error.offline ? error.detail || error.title : m.state_offline();
    }
  }

  async leave(): Promise<void> {
    await signOut().catch(() => undefined);
    remember(false);
    this.member = null;
    this.state = 'out';
  }

  /** The session ended while the page was open. */
  ended(error: unknown): boolean {
    const out = error instanceof Problem && error.status === 401;
    if (out) remember(false);
    if (out) this.state = 'out';
    return out;
  }
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

function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(MARK, '1');
    else localStorage.removeItem(MARK);
  } catch {
    // Then the server is asked each time.
  }
}

export const staff = new Staff();
