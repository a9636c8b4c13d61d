/** Draws the pins: the plate of the wordmark with a status's shape or a number in it. Pixels for the map, from vectors. */
import { SHAPES, type Shape, type ShapeName } from '../words/shapes';

/** The plate with its tip at 0,0, 26 wide and 33 high. */
export const PLATE =
  'M-10 -33h20a3 3 0 0 1 3 3v12.5a3 3 0 0 1-.8 2L1.6-2.2a2.2 2.2 0 0 1-3.2 0L-12.2-15.5a3 3 0 0 1-.8-2V-30a3 3 0 0 1 3-3z';
const WIDTH = 32;
const HEIGHT = 38;
/** Drawn twice as large as shown: sharp on phones, and still small. */
export const RATIO = 2;

export interface Ink {
  plate: string;
  glyph: string;
  halo: string;
}

export function drawPin(ink: Ink, shape: ShapeName | null, grow = 1): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(WIDTH * RATIO * grow);
  canvas.height = Math.ceil(HEIGHT * RATIO * grow);
  const pen = canvas.getContext('2d');
  if (!pen) return new ImageData(1, 1);
  pen.scale(RATIO * grow, RATIO * grow);
  pen.translate(WIDTH / 2, HEIGHT - 2);
  pen.lineJoin = pen.lineCap = 'round';
  const plate = new Path2D(PLATE);
  pen.lineWidth = 3.2;
  pen.strokeStyle = ink.halo;
  pen.stroke(plate);
  pen.fillStyle = ink.plate;
  pen.fill(plate);
  if (shape) drawShape(pen, SHAPES[shape], ink);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function drawShape(pen: CanvasRenderingContext2D, shape: Shape, ink: Ink): void {
  pen.translate(-7, -29.5);
  pen.scale(14 / 16, 14 / 16);
  pen.lineWidth = 2;
  pen.strokeStyle = pen.fillStyle = ink.glyph;
  if (shape.line) pen.stroke(new Path2D(shape.line));
  if (shape.fill) pen.fill(new Path2D(shape.fill));
  pen.strokeStyle = ink.plate;
  if (shape.cut) pen.stroke(new Path2D(shape.cut));
}
