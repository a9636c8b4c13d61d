/**
 * Sends one kept report and says what became of it. Writes down each photo's id as soon as the server gives it, so that the
 * report's bytes are the same however often it is sent, and its key files it once.
 */
import { Problem } from '../api/call';
import { type Filed, file, type Near, upload } from '../api/requests';
import { randomKey } from '../report/flow/key';
import { isNetwork, within } from './network';
import type { Kept } from './store';

const PHOTO_MS = 120_000;
const REPORT_MS = 30_000;

/** `write` keeps what is known so far. Throws where nothing answered: the report then waits on. */
export async function deliver(report: Kept, write: (report: Kept) => Promise<void>): Promise<Kept> {
  if (!report.request) return report;
  let going = report;
  try {
    for (const { key, blob, lon, lat, taken_at } of report.photos.filter(({ id, blob }) => !id && blob)) {
      // A report that an older version of the page kept knows no place of its photos.
      const taken = { lon: lon ?? null, lat: lat ?? null, taken_at: taken_at ?? null };
      const { id } = await within(PHOTO_MS, (signal) => upload(blob as Blob, taken, signal));
      going = { ...going, photos: going.photos.map((photo) => (photo.key === key ? { ...photo, id } : photo)) };
      await write(going);
    }
    const request = { ...report.request, photos: going.photos.flatMap(({ id }) => id ?? []) };
    return sent(going, await within(REPORT_MS, (signal) => file(request, going.key, signal)));
  } catch (error) {
    if (isNetwork(error)) throw error;
    return answered(going, error);
  }
}

function sent(report: Kept, filed: Filed): Kept {
  // The pictures are the server's now, and what the resident wrote has no business here any more.
  const photos = report.photos.map((photo) => ({ ...photo, blob: null }));
  const words = { ...report.words, description: '', answers: {}, contact: { first_name: '', last_name: '', email: '', phone: '' }, keyFor: '' };
  return { ...report, state: 'sent', filed, seen: false, photos, request: null, words };
}

/** What the server said against it. Whatever it was, the report stays. */
export function answered(report: Kept, error: unknown): Kept {
  if (!(error instanceof Problem) || error.status >= 500 || error.status === 429 || error.status === 408) return later(report);
  if (error.status === 409) {
    // Without candidates something changed that very moment, and asking again is the answer.
    if (!Array.isArray(error.body.candidates)) return later(report);
    return { ...report, state: 'asked', near: error.body.candidates as Near[] };
  }
  const gone = error.errors.some(({ field }) => field === 'photos') && report.photos.some(({ id, blob }) => id && blob);
  // An upload that waited too long was thrown away: its bytes are still here. Other ids are other bytes, hence another key.
  if (gone && report.tries < 3) return { ...later(report), key: randomKey(), photos: report.photos.map((photo) => (photo.blob ? { ...photo, id: null } : photo)) };
  return { ...report, state: 'refused', problem: error.detail || error.title, errors: error.errors };
}

const SHORTEST_MS = 4_000;
const LONGEST_MS = 5 * 60_000;

/** Each time twice as long, with some chance in it, so that a city's phones do not all come back at the same second. */
export function later(report: Kept, now = Date.now(), chance = Math.random()): Kept {
  const wait = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** report.tries);
  return { ...report, tries: report.tries + 1, next: now + wait * (0.5 + chance / 2) };
}
