/**
 * Where and when a photo was taken, read on the phone from its EXIF (CIPA DC-008), before anything is sent: a smaller
 * copy carries none of it. Finds the block by its mark, so JPEG, HEIC and WebP are read alike. Pure; nonsense reads as unknown.
 */
export interface Facts {
  lon: number | null;
  lat: number | null;
  /** Epoch milliseconds. Cameras write their own wall clock, often without a zone: then it is read as this phone's. */
  taken_at: number | null;
}

const MARK = [0x45, 0x78, 0x69, 0x66, 0, 0];
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const TAKEN = 0x9003;
const TAKEN_OFFSET = 0x9011;

export function facts(bytes: ArrayBuffer): Facts {
  try {
    const tiff = block(new Uint8Array(bytes));
    if (tiff) return read(tiff);
  } catch (error) {
    // A torn block points outside of itself.
    if (!(error instanceof RangeError)) throw error;
  }
  return { lon: null, lat: null, taken_at: null };
}

function block(bytes: Uint8Array): DataView | null {
  for (let at = bytes.indexOf(MARK[0] ?? 0); at >= 0; at = bytes.indexOf(MARK[0] ?? 0, at + 1)) {
    if (!MARK.every((byte, index) => bytes[at + index] === byte)) continue;
    const order = String.fromCharCode(...bytes.subarray(at + 6, at + 8));
    if (order === 'II' || order === 'MM') return new DataView(bytes.buffer, bytes.byteOffset + at + 6);
  }
  return null;
}

interface Entry {
  type: number;
  count: number;
  /** Where its value stands: in the entry itself if it is short, else where the entry points. */
  at: number;
}

function read(tiff: DataView): Facts {
  const little = tiff.getUint16(0) === 0x4949;
  const directory = (start: number): Map<number, Entry> => {
    const entries = new Map<number, Entry>();
    const count = tiff.getUint16(start, little);
    for (let index = 0; index < count; index++) {
      const at = start + 2 + index * 12;
      const [type, size] = [tiff.getUint16(at + 2, little), tiff.getUint32(at + 4, little)];
      const long = size * ([0, 1, 1, 2, 4, 8][type] ?? 1) > 4;
      entries.set(tiff.getUint16(at, little), { type, count: size, at: long ? tiff.getUint32(at + 8, little) : at + 8 });
    }
    return entries;
  };
  const below = (entry: Entry | undefined) => (entry ? directory(tiff.getUint32(entry.at, little)) : new Map<number, Entry>());
  const text = (entry: Entry | undefined) =>
    entry?.type === 2 ? Array.from({ length: Math.min(entry.count, 40) }, (_, index) => String.fromCharCode(tiff.getUint8(entry.at + index))).join('').replace(/\0.*$/s, '') : '';
  const ratio = (at: number) => tiff.getUint32(at, little) / tiff.getUint32(at + 4, little);
  const degrees = (entry: Entry | undefined) => (entry?.type === 5 && entry.count === 3 ? ratio(entry.at) + ratio(entry.at + 8) / 60 + ratio(entry.at + 16) / 3600 : NaN);

  const first = directory(tiff.getUint32(4, little));
  const gps = below(first.get(GPS_IFD));
  const exif = below(first.get(EXIF_IFD));
  const lat = degrees(gps.get(2)) * (text(gps.get(1)) === 'S' ? -1 : 1);
  const lon = degrees(gps.get(4)) * (text(gps.get(3)) === 'W' ? -1 : 1);
  // Cameras without a fix write zeros: that spot in the Gulf of Guinea is nobody's street.
  const known = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
  return { ...(known ? { lon, lat } : { lon: null, lat: null }), taken_at: moment(text(exif.get(TAKEN)), text(exif.get(TAKEN_OFFSET))) };
}

/** "2026:11:23 08:14:05", with "+01:00" where the camera knew it. */
function moment(words: string, offset: string): number | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(words);
  if (!parts) return null;
  const time = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}${/^[+-]\d\d:\d\d$/.test(offset) ? offset : ''}`);
  return Number.isFinite(time) ? time : null;
}
