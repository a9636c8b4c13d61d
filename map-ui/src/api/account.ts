/** One's own sign-in: password, second factor, sessions. Whatever changes it asks for the password once more. */
import { call } from './call';
import type { Said } from './said';

export type Account = Said<'Account'>;
export type Enrolment = Said<'Enrolment'>;
export type OwnSession = Said<'OwnSession'>;

export const account = () => call<Account>('GET', '/api/account');
export const changePassword = (old: string, fresh: string) => call<void>('PUT', '/api/account/password', { json: { old, new: fresh } });
export const startSecondFactor = (password: string) => call<Enrolment>('POST', '/api/account/second-factor', { json: { password } });
export const removeSecondFactor = (password: string) => call<void>('POST', '/api/account/second-factor/removal', { json: { password } });
export const endSession = (id: number) => call<void>('DELETE', `/api/account/sessions/${id}`);
export const endOtherSessions = () => call<void>('DELETE', '/api/account/sessions');

export async function confirmSecondFactor(code: string): Promise<string[]> {
  return (await call<Said<'RecoveryCodes'>>('PUT', '/api/account/second-factor', { json: { code } })).recovery_codes;
}

export async function newRecoveryCodes(password: string): Promise<string[]> {
  return (await call<Said<'RecoveryCodes'>>('POST', '/api/account/recovery-codes', { json: { password } })).recovery_codes;
}

export async function sessions(): Promise<OwnSession[]> {
  return (await call<Said<'SessionList'>>('GET', '/api/account/sessions')).sessions;
}
