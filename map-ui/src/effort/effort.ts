/**
 * The work that a filing costs where many are filed: a puzzle from the server, solved by this phone while its holder types.
 * Fetched only when a report is nearly ready, so that it weighs on nobody's first screen.
 */
import { call } from '../api/call';
import type { Said } from '../api/said';

type Puzzle = Said<'Challenge'>;

/** The answer, `challenge:number`; stops computing when `signal` does. */
export function solve(puzzle: Puzzle, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    const stop = () => {
      worker.terminate();
      reject(signal?.reason as Error);
    };
    signal?.addEventListener('abort', stop);
    const done = () => {
      worker.terminate();
      signal?.removeEventListener('abort', stop);
    };
    worker.addEventListener('message', ({ data }: MessageEvent<string>) => (done(), resolve(data)));
    worker.addEventListener('error', (event) => (done(), reject(new Error(event.message))));
    worker.postMessage(puzzle);
  });
}

/** Asks what a filing would cost now, and solves it; null where it costs nothing. */
export async function ahead(): Promise<{ proof: string; until: number } | null> {
  const puzzle = await call<Puzzle>('GET', '/api/challenge');
  return puzzle.bits > 0 ? { proof: await solve(puzzle), until: puzzle.expires_at } : null;
}
