/**
 * SHA-256 (FIPS 180-4) for one thing: trying many endings of one text. The browser's own is not there without HTTPS, and
 * answers too slowly one by one. What comes before the ending is digested once. Pure.
 */
const K = new Int32Array(64);
const START = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if (!prime(n)) continue;
  if (found < 8) START[found] = fraction(Math.sqrt(n));
  K[found++] = fraction(Math.cbrt(n));
}

function prime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return true;
}

/** The first 32 bits behind the point. */
function fraction(n: number): number {
  return ((n - Math.floor(n)) * 2 ** 32) | 0;
}

const schedule = new Int32Array(64);

/** One block of 64 bytes from `at`, into `state`. */
function compress(state: Int32Array, bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let t = 0; t < 16; t++, at += 4) w[t] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  for (let t = 16; t < 64; t++) {
    const x = w[t - 15]!;
    const y = w[t - 2]!;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + s1 + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  state[0]! += a; state[1]! += b; state[2]! += c; state[3]! += d;
  state[4]! += e; state[5]! += f; state[6]! += g; state[7]! += h;
}

/** A text that endings are tried for. */
export class Beginning {
  readonly #state = START.slice();
  readonly #rest: Uint8Array;
  readonly #length: number;
  readonly #blocks = new Uint8Array(128);
  readonly #digest = new Int32Array(8);

  constructor(text: string) {
    const bytes = new TextEncoder().encode(text);
    const whole = bytes.length - (bytes.length % 64);
    for (let at = 0; at < whole; at += 64) compress(this.#state, bytes, at);
    this.#rest = bytes.subarray(whole);
    this.#length = bytes.length;
  }

  /** The eight words of the digest of the text and this ending, at most 50 ASCII characters; good until the next call. */
  with(ending: string): Int32Array {
    const blocks = this.#blocks;
    blocks.fill(0);
    blocks.set(this.#rest);
    let end = this.#rest.length;
    for (let n = 0; n < ending.length; n++) blocks[end++] = ending.charCodeAt(n);
    blocks[end] = 0x80;
    const last = end < 56 ? 64 : 128;
    new DataView(blocks.buffer).setUint32(last - 4, (this.#length + ending.length) * 8);
    this.#digest.set(this.#state);
    for (let at = 0; at < last; at += 64) compress(this.#digest, blocks, at);
    return this.#digest;
  }
}

/** The least number behind `challenge:` whose digest begins with so many zero bits, at most 32. */
export function solve(challenge: string, bits: number): string {
  const beginning = new Beginning(`${challenge}:`);
  for (let number = 0; ; number++) {
    const ending = String(number);
    if (Math.clz32(beginning.with(ending)[0]!) >= bits) return `${challenge}:${ending}`;
  }
}
