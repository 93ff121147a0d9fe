import type { Grid, Picture, Shown } from '../messages';

/** Pixels of the longer side of a canvas. */
const SIDE = 512;

type Color = readonly [red: number, green: number, blue: number];

const MASK: Color = [255, 176, 32];
const TRUTH: Color = [92, 214, 255];
/** From no evidence to the strongest. */
const RAMP: readonly Color[] = [
  [20, 11, 52],
  [106, 27, 122],
  [203, 63, 92],
  [249, 142, 60],
  [252, 236, 140],
];

/** Which masks are drawn on the slice. */
export interface Masks {
  readonly predicted: boolean;
  readonly truth: boolean;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** The value at a place in [0, 1] x [0, 1], between the centres of the grid's cells. */
function sample({ size, data }: Grid, x: number, y: number): number {
  const [column, row] = [clamp(x * size - 0.5, 0, size - 1), clamp(y * size - 0.5, 0, size - 1)];
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, bottom] = [Math.min(left + 1, size - 1), Math.min(top + 1, size - 1)];
  const [across, down] = [column - left, row - top];
  const above = data[top * size + left] * (1 - across) + data[top * size + right] * across;
  const below = data[bottom * size + left] * (1 - across) + data[bottom * size + right] * across;
  return above * (1 - down) + below * down;
}

/** A grid as fine as a canvas. */
function enlarge(grid: Grid, width: number, height: number): Float32Array {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) values[y * width + x] = sample(grid, (x + 0.5) / width, (y + 0.5) / height);
  }
  return values;
}

function colorAt(value: number): Color {
  const place = clamp(value, 0, 1) * (RAMP.length - 1);
  const [low, share] = [Math.min(Math.floor(place), RAMP.length - 2), place % 1];
  const between = place === RAMP.length - 1 ? 1 : share;
  return RAMP[low].map((channel, c) => channel + between * (RAMP[low + 1][c] - channel)) as unknown as Color;
}

function blend(pixels: Uint8ClampedArray, at: number, color: Color, opacity: number): void {
  for (let c = 0; c < 3; c++) pixels[4 * at + c] += opacity * (color[c] - pixels[4 * at + c]);
}

function greyImage(data: ArrayLike<number>, width: number, height: number, most: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  for (let i = 0; i < data.length; i++) {
    image.data.fill((data[i] / most) * 255, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Gives a canvas the proportions of a picture and draws an image all over it. */
function cover(canvas: HTMLCanvasElement, { width, height }: Picture, image: OffscreenCanvas) {
  const scale = SIDE / Math.max(width, height);
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context;
}

/** The border of where a mask is at least half: pixels within that touch what is not. */
function outline(
  values: Float32Array,
  width: number,
  height: number,
  paint: (at: number, x: number, y: number) => void,
): void {
  const inside = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && values[y * width + x] >= 0.5;
  const thick = 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      if (inside(x - thick, y) && inside(x + thick, y) && inside(x, y - thick) && inside(x, y + thick)) continue;
      paint(y * width + x, x, y);
    }
  }
}

const DASH = 14;

/** The slice, the predicted mask as a tint with a border, the true one as a dashed border. */
export function drawSlice(canvas: HTMLCanvasElement, { picture, drawn, outcome }: Shown, masks: Masks): void {
  const context = cover(canvas, picture, greyImage(picture.data, picture.width, picture.height, 255));
  const { width, height } = canvas;
  const image = context.getImageData(0, 0, width, height);
  if (masks.predicted) {
    const values = enlarge(outcome.mask, width, height);
    for (let at = 0; at < values.length; at++) if (values[at] >= 0.5) blend(image.data, at, MASK, 0.3);
    outline(values, width, height, (at) => blend(image.data, at, MASK, 1));
  }
  if (masks.truth && drawn) {
    outline(enlarge(drawn.mask, width, height), width, height, (at, x, y) => {
      if ((x + y) % DASH < 0.6 * DASH) blend(image.data, at, TRUTH, 1);
    });
  }
  context.putImageData(image, 0, 0);
}

/** What the network makes of the whole slice, in the slice's proportions. */
export function drawReconstruction(canvas: HTMLCanvasElement, { picture, outcome }: Shown): void {
  const { size, data } = outcome.reconstruction;
  cover(canvas, picture, greyImage(data, size, size, 1));
}

/** Where the class head sees evidence, over the darkened slice. */
export function drawHeat(canvas: HTMLCanvasElement, { picture, outcome }: Shown): void {
  const context = cover(canvas, picture, greyImage(picture.data, picture.width, picture.height, 340));
  const { width, height } = canvas;
  const image = context.getImageData(0, 0, width, height);
  enlarge(outcome.heat, width, height).forEach((value, at) => {
    blend(image.data, at, colorAt(value), 0.15 + 0.6 * clamp(value, 0, 1));
  });
  context.putImageData(image, 0, 0);
}
