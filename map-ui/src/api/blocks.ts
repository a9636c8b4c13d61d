/** Who may not file, comment or upload for a while. For staff who may set it. */
import { call } from './call';
import type { Moment } from './requests';
import type { Said } from './said';

export const KINDS = ['network', 'mail_domain', 'mail', 'phone', 'device', 'account'] as const;

export type Block = Omit<Said<'Block'>, 'kind' | 'expires_at' | 'set_by'> & { kind: (typeof KINDS)[number]; expires_at: Moment | null; set_by: string | null };

export interface NewBlock {
  kind: Block['kind'];
  value: string;
  reason: string;
  expires_at?: Moment;
}

export async function blocks(): Promise<Block[]> {
  return (await call<{ blocks: Block[] }>('GET', '/api/blocks')).blocks;
}

export function set(block: NewBlock): Promise<{ id: number }> {
  return call('POST', '/api/blocks', { json: block });
}

export function lift(id: number): Promise<void> {
  return call('DELETE', `/api/blocks/${id}`);
}
