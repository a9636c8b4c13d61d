/** The story as this phone last saw it, for when there is no network. */
import type { Moment, Story } from '../api/requests';
import { shelf } from '../offline/store';

export async function remember(number: string, story: Story): Promise<void> {
  await (await shelf()).put('story', { number, story, at: Date.now() });
}

export async function recall(number: string): Promise<{ story: Story; at: Moment } | null> {
  return (await (await shelf()).get('story', number)) ?? null;
}
