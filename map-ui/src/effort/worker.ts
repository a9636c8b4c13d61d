/** Solves one puzzle beside the page, which stays at hand meanwhile. */
import { solve } from './sha256';

addEventListener('message', ({ data }: MessageEvent<{ challenge: string; bits: number }>) => postMessage(solve(data.challenge, data.bits)));
