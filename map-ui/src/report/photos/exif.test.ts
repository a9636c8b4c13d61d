import assert from 'node:assert/strict';
import { test } from 'node:test';
import { facts } from './exif.ts';

type Field = [tag: number, type: number, count: number, value: number | Uint8Array];

/** A TIFF block with IFD 0 → GPS and Exif IFDs, each value longer than four bytes after its directory. */
function exif(little: boolean, gps: Field[], own: Field[]): ArrayBuffer {
  const bytes = new Uint8Array(2048);
  const view = new DataView(bytes.buffer, 26);
  bytes.set([0xff, 0xd8, 0xff, 0xe1, 0, 0, 0x45, 0x78, 0x69], 0); // a mark that breaks off must not stop the search
  bytes.set([0x45, 0x78, 0x69, 0x66, 0, 0], 20);
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint32(4, 8, little);
  let free = 600;
  const directory = (at: number, fields: Field[]) => {
    view.setUint16(at, fields.length, little);
    fields.forEach(([tag, type, count, value], index) => {
      const entry = at + 2 + index * 12;
      view.setUint16(entry, tag, little);
      view.setUint16(entry + 2, type, little);
      view.setUint32(entry + 4, count, little);
      if (typeof value === 'number') return view.setUint32(entry + 8, value, little);
      const short = value.length <= 4;
      bytes.set(value, 26 + (short ? entry + 8 : free));
      if (!short) view.setUint32(entry + 8, free, little);
      free += value.length;
    });
  };
  directory(8, [[0x8825, 4, 1, 100], [0x8769, 4, 1, 300]]);
  directory(100, gps);
  directory(300, own);
  return bytes.buffer;
}

const word = (text: string) => new TextEncoder().encode(`${text}\0`);
function degrees(little: boolean, ...parts: [number, number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  parts.flat().forEach((number, index) => view.setUint32(index * 4, number, little));
  return new Uint8Array(view.buffer);
}

for (const little of [true, false]) {
  test(`place and time are read, ${little ? 'little' : 'big'}-endian`, () => {
    const block = exif(
      little,
      [[1, 2, 2, word('S')], [2, 5, 3, degrees(little, [33, 1], [51, 1], [2500, 100])], [3, 2, 2, word('E')], [4, 5, 3, degrees(little, [151, 1], [1254, 100], [0, 1])]],
      [[0x9003, 2, 20, word('2026:11:23 08:14:05')], [0x9011, 2, 7, word('+10:00')]],
    );
    const { lon, lat, taken_at } = facts(block);
    assert.ok(Math.abs((lat ?? 0) + 33.856944) < 1e-5, String(lat));
    assert.ok(Math.abs((lon ?? 0) - 151.209) < 1e-5, String(lon));
    assert.equal(taken_at, Date.parse('2026-11-23T08:14:05+10:00'));
  });
}

test('zeros, no fix, torn blocks and no EXIF at all read as unknown', () => {
  const unknown = { lon: null, lat: null, taken_at: null };
  const zero = degrees(true, [0, 1], [0, 1], [0, 1]);
  assert.deepEqual(facts(exif(true, [[2, 5, 3, zero], [4, 5, 3, zero]], [])), unknown);
  const none = degrees(true, [0, 0], [0, 0], [0, 0]);
  assert.deepEqual(facts(exif(true, [[2, 5, 3, none], [4, 5, 3, none]], [[0x9003, 2, 20, word('0000:00:00 00:00:00')]])), unknown);
  assert.deepEqual(facts(exif(true, [], []).slice(0, 120)), unknown);
  assert.deepEqual(facts(new ArrayBuffer(0)), unknown);
  assert.deepEqual(facts(new TextEncoder().encode('Exif\0\0II*\0\xff\xff\xff\xff').buffer), unknown);
});
