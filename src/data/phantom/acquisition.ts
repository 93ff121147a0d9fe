import type { Random } from '../../internal/random';
import type { Canvas, View } from './canvas';
import { length, type Outline } from './geometry';

/** Where a phantom image comes from: each source has its own window, crop, grain and frame. */
export const phantomSources = ['lung', 'bright', 'wide', 'bone', 'figure'] as const;

export type PhantomSource = (typeof phantomSources)[number];

interface Source {
  /** The Hounsfield units that become 0 and 1. */
  readonly window: readonly [low: number, high: number];
  /** What fills the image: the lungs, the body, or all that the scanner reconstructs, in a circle. */
  readonly crop: 'lungs' | 'body' | 'circle';
  /** Noise of a pixel of 1.4 mm, in Hounsfield units. */
  readonly noise: number;
  /** Blur of the reconstruction, in millimetres. */
  readonly blur: number;
  /** Thickness of the slice, in millimetres. */
  readonly thickness: number;
  /** Share of images with a border or marks burnt in. */
  readonly marked: number;
}

const sources: Readonly<Record<PhantomSource, Source>> = {
  lung: { window: [-1250, 250], crop: 'lungs', noise: 55, blur: 0.4, thickness: 1.5, marked: 0 },
  bright: { window: [-1150, -50], crop: 'body', noise: 28, blur: 0.8, thickness: 3, marked: 0.15 },
  wide: { window: [-1900, 1300], crop: 'circle', noise: 30, blur: 0.6, thickness: 1.5, marked: 0 },
  bone: { window: [-1000, 700], crop: 'body', noise: 22, blur: 0.8, thickness: 3, marked: 0 },
  figure: { window: [-1200, 200], crop: 'body', noise: 25, blur: 1.6, thickness: 4, marked: 0.5 },
};

/** How one patient was scanned and how the image was cut out. */
export interface Scan {
  readonly window: readonly [low: number, high: number];
  readonly circle: boolean;
  readonly noise: number;
  readonly blur: number;
  readonly thickness: number;
  readonly marked: boolean;
  /** Millimetres around the crop on each side, as shares of its width and height. */
  readonly margins: readonly [left: number, top: number, right: number, bottom: number];
  readonly crop: Source['crop'];
  /** Whether the crop is stretched to a square. */
  readonly stretched: boolean;
  readonly background: number;
}

export function createScan(name: PhantomSource, draw: Random): Scan {
  const { window, crop, noise, blur, thickness, marked } = sources[name];
  const shift = draw.normal(0, 40);
  const spread = Math.exp(draw.normal(0, 0.08));
  const middle = (window[0] + window[1]) / 2 + shift;
  const half = ((window[1] - window[0]) / 2) * spread;
  const tight = crop === 'lungs' ? 0.02 : crop === 'body' ? 0.03 : 0.12;
  const margin = () => tight + draw.uniform(0, crop === 'circle' ? 0.1 : 0.05);
  return {
    window: [middle - half, middle + half],
    circle: crop === 'circle',
    noise: noise * draw.uniform(0.6, 1.5),
    blur: blur * draw.uniform(0.7, 1.3),
    thickness: thickness * draw.uniform(0.7, 1.4),
    marked: draw.uniform() < marked,
    margins: [margin(), margin(), margin(), margin()],
    crop,
    stretched: crop !== 'circle' && draw.uniform() < 0.75,
    background: draw.uniform() < 0.5 ? 0 : 1,
  };
}

/** The square that the image shows of a body and its rib cage. */
export function viewOf(scan: Scan, size: number, skin: Outline, cage: Outline): View {
  const outline = scan.crop === 'lungs' ? cage : skin;
  let [left, top, right, bottom] = [outline[0], outline[1], outline[0], outline[1]];
  for (let i = 0; i < outline.length; i += 2) {
    left = Math.min(left, outline[i]);
    right = Math.max(right, outline[i]);
    top = Math.min(top, outline[i + 1]);
    bottom = Math.max(bottom, outline[i + 1]);
  }
  if (scan.crop === 'lungs') {
    [left, right] = [left - 8, right + 8];
    [top, bottom] = [top - 16, bottom + 10];
  }
  const [width, height] = [right - left, bottom - top];
  left -= scan.margins[0] * width;
  right += scan.margins[2] * width;
  top -= scan.margins[1] * height;
  bottom += scan.margins[3] * height;
  if (!scan.stretched) {
    const half = Math.max(right - left, bottom - top) / 2;
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    [left, right, top, bottom] = [x - half, x + half, y - half, y + half];
  }
  return { size, left, top, width: right - left, height: bottom - top };
}

/** The curved table top and the blanket on it, behind the back. */
export function paintTable(canvas: Canvas, hu: Float32Array, skin: Outline, draw: Random): void {
  let back = skin[1];
  for (let i = 1; i < skin.length; i += 2) back = Math.max(back, skin[i]);
  const gap = draw.uniform(4, 16);
  const bend = draw.uniform(10, 45);
  for (const [below, radius, value] of [
    [0, 1.6, -250],
    [draw.uniform(14, 24), 1.2, -350],
  ]) {
    const path = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map(
      (t) => [230 * t, back + gap + below - bend * t * t * (below > 0 ? 0.6 : 1), radius] as const,
    );
    canvas.stroke(path, (i, coverage) => {
      hu[i] = Math.max(hu[i], hu[i] + coverage * (value - hu[i]));
    });
  }
}

/** Adds `noise` (its grain a few pixels of 1.4 mm wide) and blurs by a Gaussian of `blur` millimetres. */
export function degrade(canvas: Canvas, hu: Float32Array, scan: Scan, draw: Random): void {
  const { size } = canvas.view;
  const deviation = scan.noise * Math.min(1.3, 1.4 / canvas.spacing);
  // The four bytes of a word add up to a nearly normal number.
  const scale = deviation / Math.sqrt((4 * (256 * 256 - 1)) / 12);
  const sharp = hu.slice();
  for (let i = 0; i < sharp.length; i++) {
    const bits = draw.bits();
    sharp[i] += scale * ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510);
  }
  const sigma = scan.blur / canvas.spacing;
  // Three taps with the variance of the Gaussian.
  const beside = Math.min(0.3, (sigma * sigma) / 2);
  const middle = 1 - 2 * beside;
  const rows = new Float32Array(sharp.length);
  for (let i = 0; i < sharp.length; i++) {
    const column = i % size;
    const left = sharp[column > 0 ? i - 1 : i];
    const right = sharp[column < size - 1 ? i + 1 : i];
    rows[i] = middle * sharp[i] + beside * (left + right);
  }
  for (let i = 0; i < hu.length; i++) {
    const above = rows[i >= size ? i - size : i];
    const below = rows[i + size < hu.length ? i + size : i];
    hu[i] = middle * rows[i] + beside * (above + below);
  }
}

/** Grey values in [0, 1] through the window, with what was drawn over the image. */
export function expose(canvas: Canvas, hu: Float32Array, scan: Scan, draw: Random): Float32Array {
  const { size } = canvas.view;
  const [low, high] = scan.window;
  const image = new Float32Array(hu.length);
  for (let i = 0; i < hu.length; i++) image[i] = Math.min(1, Math.max(0, (hu[i] - low) / (high - low)));
  if (scan.circle) {
    for (let i = 0; i < image.length; i++) {
      const [x, y] = [(i % size) + 0.5 - size / 2, Math.floor(i / size) + 0.5 - size / 2];
      image[i] *= Math.min(1, Math.max(0, size / 2 - length(x, y)));
    }
  }
  if (scan.marked) {
    const border = draw.uniform() < 0.6 ? Math.round(size * draw.uniform(0.01, 0.04)) : 0;
    for (let i = 0; i < image.length; i++) {
      const [x, y] = [i % size, Math.floor(i / size)];
      if (Math.min(x, y, size - 1 - x, size - 1 - y) < border) image[i] = scan.background;
    }
  }
  return image;
}
