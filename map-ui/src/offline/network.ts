/** What counts as having no network: no answer at all, or none within patience, as where one bar comes and goes. */
import { Problem } from '../api/call';

export function isNetwork(error: unknown): boolean {
  return (error instanceof Problem && error.offline) || (error instanceof DOMException && error.name === 'TimeoutError');
}

/** Does something that can be stopped: by `stop`, or by itself when it takes longer than `patience` milliseconds. */
export async function within<T>(patience: number, work: (signal: AbortSignal) => Promise<T>, stop?: AbortSignal): Promise<T> {
  const turn = new AbortController();
  const late = setTimeout(() => turn.abort(new DOMException('', 'TimeoutError')), patience);
  const end = () => turn.abort(stop?.reason);
  stop?.addEventListener('abort', end);
  try {
    return await work(turn.signal);
  } finally {
    clearTimeout(late);
    stop?.removeEventListener('abort', end);
  }
}
