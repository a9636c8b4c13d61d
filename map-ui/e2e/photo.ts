/** A JPEG that says where it was taken: drawn here, with an EXIF position written by hand (CIPA DC-008, GPS IFD). */
import type { Page } from 'playwright-core';

export async function photoTakenAt(page: Page, lat: number, lon: number, width = 640): Promise<Buffer> {
  const base64 = await page.evaluate(async (width) => {
    const height = (width * 3) / 4;
    const canvas = new OffscreenCanvas(width, height);
    const pen = canvas.getContext('2d');
    if (!pen) return '';
    for (let y = 0; y < height; y += 8) {
      for (let x = 0; x < width; x += 8) {
        // Asphalt: fine grain, as a camera sees it and JPEG pays for it.
        pen.fillStyle = `hsl(30 12% ${35 + ((x * 7919 + y * 104_729) % 83) / 3}%)`;
        pen.fillRect(x, y, 5, 8);
      }
    }
    pen.fillStyle = '#1b1b1b';
    pen.ellipse(width / 2, height / 2, width / 4, width / 9, 0, 0, 7);
    pen.fill();
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }, width);
  const jpeg = Buffer.from(base64, 'base64');
  return Buffer.concat([jpeg.subarray(0, 2), position(lat, lon), jpeg.subarray(2)]);
}

/** An APP1 segment with one IFD that points to a GPS IFD of four entries. */
function position(lat: number, lon: number): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4 + 2 + 4 * 12 + 4 + 48);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  entry(tiff, 10, 0x8825, 4, 1, 26);
  tiff.writeUInt16BE(4, 26);
  const values = 26 + 2 + 4 * 12 + 4;
  letter(tiff, 28, 1, lat < 0 ? 'S' : 'N');
  entry(tiff, 40, 2, 5, 3, values);
  letter(tiff, 52, 3, lon < 0 ? 'W' : 'E');
  entry(tiff, 64, 4, 5, 3, values + 24);
  degrees(tiff, values, Math.abs(lat));
  degrees(tiff, values + 24, Math.abs(lon));
  const head = Buffer.from('ffe10000457869660000', 'hex');
  head.writeUInt16BE(tiff.length + 8, 2);
  return Buffer.concat([head, tiff]);
}

function entry(tiff: Buffer, at: number, tag: number, type: number, count: number, value: number): void {
  tiff.writeUInt16BE(tag, at);
  tiff.writeUInt16BE(type, at + 2);
  tiff.writeUInt32BE(count, at + 4);
  tiff.writeUInt32BE(value, at + 8);
}

function letter(tiff: Buffer, at: number, tag: number, word: string): void {
  entry(tiff, at, tag, 2, 2, 0);
  tiff.write(word, at + 8, 'latin1');
}

/** Degrees, minutes and seconds as three rationals. */
function degrees(tiff: Buffer, at: number, value: number): void {
  const whole = Math.floor(value);
  const minutes = Math.floor((value - whole) * 60);
  const seconds = Math.round((value - whole - minutes / 60) * 3600 * 10_000);
  for (const [index, number] of [whole, 1, minutes, 1, seconds, 10_000].entries()) tiff.writeUInt32BE(number, at + index * 4);
}
