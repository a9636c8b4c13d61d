/**
 * What is read first comes first: resolves when what is rendered by now is on the screen and its pictures have come. The
 * map's code, ten times a page's own, waits for this, so that the two do not share a weak network; but not for ever.
 */
const PATIENCE_MS = 4_000;

export async function painted(): Promise<void> {
  await Promise.race([frame().then(frame).then(pictures), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

async function pictures(): Promise<void> {
  const coming = [...document.images].filter((picture) => !picture.complete && picture.getBoundingClientRect().top < innerHeight);
  const ends = ['load', 'error'].map((end) => (picture: HTMLImageElement) => new Promise((resolve) => picture.addEventListener(end, resolve, { once: true })));
  await Promise.all(coming.map((picture) => Promise.race(ends.map((end) => end(picture)))));
}
