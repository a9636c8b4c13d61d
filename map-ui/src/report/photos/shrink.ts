/**
 * Makes a photo small enough for a weak network before it is sent: at most 2048 pixels on its long side, as JPEG. What the
 * phone cannot decode is left as it is; the server says what it thinks of it.
 */
import { type Facts, facts } from './exif';

export const LONGEST = 2048;
/** Below this, and within LONGEST, sending it as it is costs less than the wait. */
const WORTH_IT = 1_500_000;
const QUALITY = 0.85;
/** A moving picture would lose its movement. */
const LEFT_ALONE = 'image/gif';

export interface Ready extends Facts {
  blob: Blob;
}

/** `taken`: the kinds of pictures the server takes; a phone that can decode another kind turns it into one of them. */
export async function ready(photo: Blob, taken: string[]): Promise<Ready> {
  const known = facts(await photo.arrayBuffer());
  const blob = photo.type === LEFT_ALONE ? photo : await smaller(photo, taken).catch(() => photo);
  return { ...known, blob };
}

async function smaller(photo: Blob, taken: string[]): Promise<Blob> {
  const whole = await createImageBitmap(photo, { imageOrientation: 'from-image' });
  try {
    const scale = Math.min(1, LONGEST / Math.max(whole.width, whole.height));
    const strange = taken.length > 0 && !taken.includes(photo.type);
    if (scale === 1 && photo.size <= WORTH_IT && !strange) return photo;
    const small = await drawn(whole, Math.round(whole.width * scale), Math.round(whole.height * scale));
    return small && (small.size < photo.size || strange) ? small : photo;
  } finally {
    whole.close();
  }
}

async function drawn(whole: ImageBitmap, width: number, height: number): Promise<Blob | null> {
  if (typeof OffscreenCanvas === 'function') {
    const canvas = new OffscreenCanvas(width, height);
    if (paint(canvas.getContext('2d'), whole, width, height)) return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  if (!paint(canvas.getContext('2d'), whole, width, height)) return null;
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
}

function paint(pen: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D | null, whole: ImageBitmap, width: number, height: number): boolean {
  if (!pen) return false;
  // JPEG knows no transparency: without a ground it would turn black.
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(whole, 0, 0, width, height);
  return true;
}
