import type { Random } from '../../internal/random';
import { type Body, tissue } from './body';
import { length, type Outline } from './geometry';
import type { StrokePoint, View } from './view';

/** Where a phantom image comes from: each source has its own window, crop, grain and frame. */
export const phantomSources = ['lung', 'bright', 'wide', 'bone', 'figure'] as const;

/** One of {@link phantomSources}. */
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
  /** Share of patients whose images have a border. */
  readonly framed: number;
}

const sources: Readonly<Record<PhantomSource, Source>> = {
  lung: { window: [-1250, 250], crop: 'lungs', noise: 50, blur: 0.4, thickness: 1.5, framed: 0 },
  bright: { window: [-1200, 100], crop: 'body', noise: 28, blur: 0.8, thickness: 3, framed: 0.1 },
  wide: { window: [-1350, 500], crop: 'circle', noise: 30, blur: 0.6, thickness: 1.5, framed: 0 },
  bone: { window: [-1150, 400], crop: 'body', noise: 22, blur: 0.8, thickness: 3, framed: 0 },
  figure: { window: [-1200, 200], crop: 'lungs', noise: 25, blur: 1.6, thickness: 4, framed: 0.35 },
};

/** How one patient was scanned and how the image was cut out. */
export interface Scan extends Omit<Source, 'framed'> {
  /** What is shown around the crop, as shares of its width and height. */
  readonly margins: readonly [left: number, top: number, right: number, bottom: number];
  /** Whether the crop is stretched to a square. */
  readonly stretched: boolean;
  /** Width of a border, as a share of the image, and its grey value. */
  readonly frame: { readonly width: number; readonly grey: number };
}

export function createScan(name: PhantomSource, draw: Random): Scan {
  const { window, crop, noise, blur, thickness, framed } = sources[name];
  const middle = (window[0] + window[1]) / 2 + draw.normal(0, 30);
  const half = ((window[1] - window[0]) / 2) * Math.exp(draw.normal(0, 0.08));
  const frame = draw.uniform() < framed ? draw.uniform(0.01, 0.04) : 0;
  // A frame lies around what the crop shows, not over it.
  const margin = () => draw.uniform(0.01, 0.05) + 1.2 * frame;
  return {
    window: [middle - half, middle + half],
    crop,
    noise: noise * draw.uniform(0.6, 1.5),
    blur: blur * draw.uniform(0.7, 1.3),
    thickness: thickness * draw.uniform(0.7, 1.4),
    margins: [margin(), margin(), margin(), margin()],
    stretched: crop !== 'circle' && draw.uniform() < 0.75,
    frame: { width: frame, grey: draw.uniform() < 0.5 ? 0 : 1 },
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

/** The curved table top and the edge of the mattress, behind the back. */
export function paintTable(body: Body, skin: Outline, draw: Random): void {
  const back = skin.reduce((most, value, i) => (i % 2 === 1 ? Math.max(most, value) : most), 0);
  const bend = draw.uniform(10, 45);
  const arc = (depth: number, curve: number, radius: number): StrokePoint[] =>
    [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map((t) => [240 * t, back + depth - curve * t * t, radius]);
  const gap = draw.uniform(4, 16);
  body.canvas.stroke(arc(gap, bend, 1.6), tissue(body, -250));
  body.canvas.stroke(arc(gap + draw.uniform(14, 24), 0.6 * bend, 1.2), tissue(body, -350));
}

/** Adds the scan's noise, which larger pixels average out, and its blur. */
export function degrade({ canvas, hu }: Body, scan: Scan, draw: Random): void {
  const { size } = canvas.view;
  const deviation = scan.noise * Math.min(1.3, 1.4 / canvas.spacing);
  // The four bytes of a word add up to a nearly normal number.
  const scale = deviation / Math.sqrt((4 * (256 * 256 - 1)) / 12);
  const noisy = hu.slice();
  for (let i = 0; i < noisy.length; i++) {
    const bits = draw.bits();
    noisy[i] += scale * ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510);
  }
  // Three taps along each axis, with the variance of the Gaussian as far as they reach.
  const beside = Math.min(0.3, (scan.blur / canvas.spacing) ** 2 / 2);
  const middle = 1 - 2 * beside;
  const rows = new Float32Array(noisy.length);
  for (let i = 0; i < noisy.length; i++) {
    const column = i % size;
    const left = noisy[column > 0 ? i - 1 : i];
    const right = noisy[column < size - 1 ? i + 1 : i];
    rows[i] = middle * noisy[i] + beside * (left + right);
  }
  for (let i = 0; i < hu.length; i++) {
    const above = rows[i >= size ? i - size : i];
    const below = rows[i + size < hu.length ? i + size : i];
    hu[i] = middle * rows[i] + beside * (above + below);
  }
}

/** Grey values in [0, 1]: the window, black outside of a scanner's circle, and the frame. */
export function expose({ canvas, hu }: Body, { window: [low, high], crop, frame }: Scan): Float32Array {
  const { size } = canvas.view;
  const border = Math.round(size * frame.width);
  const image = new Float32Array(hu.length);
  for (let i = 0; i < hu.length; i++) {
    const [column, row] = [i % size, Math.floor(i / size)];
    image[i] = Math.min(1, Math.max(0, (hu[i] - low) / (high - low)));
    if (crop === 'circle') {
      const radius = length(column + 0.5 - size / 2, row + 0.5 - size / 2);
      image[i] *= Math.min(1, Math.max(0, size / 2 - radius));
    }
    if (Math.min(column, row, size - 1 - column, size - 1 - row) < border) image[i] = frame.grey;
  }
  return image;
}
