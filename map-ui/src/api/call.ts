/** Speaks to the server: JSON in, JSON out, and every failure as one `Problem` (RFC 9457). Knows no endpoint. */

export interface FieldProblem {
  field: string;
  problem: string;
}

/** What went wrong, in the server's words. `status` is 0 when no answer came at all. */
export class Problem extends Error {
  override name = 'Problem';
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly errors: FieldProblem[] = [],
    /** The whole body: a 409 of a filing carries `candidates` beside the standard members. */
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail || title);
  }

  /** No answer came: the network, not the server, failed. */
  get offline(): boolean {
    return this.status === 0;
  }
}

export interface Ask {
  query?: Record<string, string | number | boolean | undefined | null>;
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Empty values are left out of the address: an absent filter and an empty one mean the same. */
export function address(path: string, query: Ask['query'] = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text ? `${path}?${text}` : path;
}

export async function call<T>(method: string, path: string, ask: Ask = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...ask.headers };
  if (ask.json !== undefined) headers['content-type'] = 'application/json';
  const body = ask.form ?? (ask.json === undefined ? undefined : JSON.stringify(ask.json));
  let answer: Response;
  try {
    answer = await fetch(address(path, ask.query), { method, headers, body, signal: ask.signal, credentials: 'same-origin' });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new Problem(0, 'No connection', '');
  }
  if (answer.status === 204) return undefined as T;
  const text = await answer.text();
  const parsed = parse(text);
  if (answer.ok && parsed !== undefined) return parsed as T;
  throw problem(answer.status, parsed);
}

/** Asks after a moment, so that what changes quickly asks once; what it returns stops it, whether it has asked yet or not. */
export function asking(work: (signal: AbortSignal) => Promise<void>, fail: (error: unknown) => void, wait: number): () => void {
  const stop = new AbortController();
  const timer = setTimeout(() => work(stop.signal).catch((error: unknown) => stopped(error) || fail(error)), wait);
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}

/** Whether an error only says that the page itself stopped asking. */
export function stopped(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problem(status: number, body: unknown): Problem {
  const known = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const word = (name: string) => (typeof known[name] === 'string' ? known[name] : '');
  const errors = Array.isArray(known.errors) ? (known.errors as FieldProblem[]) : [];
  return new Problem(status, word('title'), word('detail'), errors, known);
}
