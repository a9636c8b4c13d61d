/**
 * Hears what changes in the city while a page is open: one stream for the whole page, however many listen.
 *
 * Read by `fetch` and not by `EventSource`, because that hides what is needed here: heartbeats (to notice a phone that
 * slept), the status (to tell "no such thing" from "come again"), and the header that resumes after a pause.
 * It asks for nothing by itself: without a stream the page is as fresh as its last reading.
 */
import { StreamReader } from './stream';

export interface Change {
  position: number;
  /** Public numbers of the requests concerned. */
  numbers: string[];
  /** Ids of the cases concerned, for staff who may see them. */
  cases: number[];
  /** There were more than are named. */
  more: boolean;
}

export interface Listener {
  changed(change: Change): void;
  /** Something may have been missed: read anew. */
  missed(): void;
}

/** The server beats every 15 seconds: after three missed beats nobody is there. */
const SILENCE_MS = 45_000;
/** A page that nobody looks at lets go of its connection, and takes it up again when it is looked at. */
const HIDDEN_MS = 180_000;
const LONGEST_WAIT_MS = 60_000;
/** Answers that will not become others by asking again. */
const FINAL = [204, 401, 403, 404, 405, 406];

const listeners = new Set<Listener>();
let stream: AbortController | null = null;
let given = false;
let tries = 0;
let heard = 0;
let last = '';
let position: number | null = null;
let waiting: ReturnType<typeof setTimeout> | undefined;
let leaving: ReturnType<typeof setTimeout> | undefined;
let watching: ReturnType<typeof setInterval> | undefined;

export function listen(listener: Listener): () => void {
  listeners.add(listener);
  if (listeners.size === 1) begin();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) end();
  };
}

function begin(): void {
  document.addEventListener('visibilitychange', look);
  addEventListener('online', again);
  watching = setInterval(() => stream && Date.now() - heard > SILENCE_MS && again(), SILENCE_MS / 3);
  if (!document.hidden) void open();
}

function end(): void {
  document.removeEventListener('visibilitychange', look);
  removeEventListener('online', again);
  clearInterval(watching);
  close();
  given = false;
}

function look(): void {
  clearTimeout(leaving);
  if (document.hidden) leaving = setTimeout(close, HIDDEN_MS);
  else if (!stream || Date.now() - heard > SILENCE_MS) again();
}

/** At once, whatever was being waited for. */
function again(): void {
  tries = 0;
  close();
  if (!document.hidden) void open();
}

function close(): void {
  clearTimeout(waiting);
  stream?.abort();
  stream = null;
}

function later(): void {
  close();
  const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** tries++);
  // All pages lost the same server at the same moment: they do not come back at the same moment.
  waiting = setTimeout(() => document.hidden || void open(), wait * (0.5 + Math.random()));
}

async function open(): Promise<void> {
  if (given) return;
  const mine = (stream = new AbortController());
  heard = Date.now();
  try {
    const headers: Record<string, string> = { accept: 'text/event-stream', ...(last && { 'last-event-id': last }) };
    const answer = await fetch('/api/live', { headers, signal: mine.signal, credentials: 'same-origin', cache: 'no-store' });
    given = FINAL.includes(answer.status);
    if (given) return close();
    if (answer.ok && answer.body) await hear(answer.body);
  } catch {
    // The connection broke, or it was let go of.
  }
  if (stream === mine) later();
}

async function hear(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = new StreamReader();
  const pieces = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) return;
    heard = Date.now();
    tries = 0;
    for (const { event, data, id } of reader.read(value)) {
      last = id || last;
      take(event, data);
    }
  }
}

function take(event: string, data: string): void {
  const said = parse(data);
  if (event === 'change') {
    position = said.position ?? position;
    const change = { position: position ?? 0, numbers: said.numbers ?? [], cases: said.cases ?? [], more: said.more ?? false };
    for (const listener of listeners) listener.changed(change);
  } else if (event === 'reset' || (event === 'hello' && !last && position !== null && said.position !== position)) {
    // Without an id to resume from, a position that went on says that something was missed.
    position = said.position ?? position;
    for (const listener of listeners) listener.missed();
  } else if (event === 'hello') position ??= said.position ?? null;
}

function parse(data: string): Partial<Change> {
  try {
    return JSON.parse(data) as Partial<Change>;
  } catch {
    return {};
  }
}
