import { gaussianWindow, WINDOW_SIDE } from '../../internal/gaussian-window';
import { weightOf } from '../core/weights';
import type { ImagePair } from './image-metric';

/** The values of one channel of one image, with their axes. */
export interface Plane {
  readonly values: Float64Array;
  readonly shape: readonly number[];
}

/** Of each place of the window: the similarity, and its part of contrast and structure alone. */
export interface Similarity {
  readonly whole: number;
  readonly contrast: number;
}

/** Weighted means over windows that lie within the plane, one axis after the other. */
function filter({ values, shape }: Plane, weights: Float64Array): Plane {
  let [from, sizes] = [values, shape];
  for (let axis = 0; axis < shape.length; axis++) {
    const length = sizes[axis] - weights.length + 1;
    const stride = sizes.slice(axis + 1).reduce((product, n) => product * n, 1);
    const blocks = from.length / (sizes[axis] * stride);
    const to = new Float64Array(blocks * length * stride);
    for (let block = 0; block < blocks; block++) {
      for (let i = 0; i < length * stride; i++) {
        const at = block * sizes[axis] * stride + i;
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * from[at + k * stride];
        to[block * length * stride + i] = sum;
      }
    }
    from = to;
    sizes = sizes.map((n, i) => (i === axis ? length : n));
  }
  return { values: from, shape: sizes };
}

/** The mean similarity over all places of the window, of two planes of one shape. */
export function similarity(a: Plane, b: Plane, valueRange: number): Similarity {
  const [c1, c2] = [(0.01 * valueRange) ** 2, (0.03 * valueRange) ** 2];
  const window = gaussianWindow();
  const mean = (value: (i: number) => number) =>
    filter({ values: a.values.map((_, i) => value(i)), shape: a.shape }, window).values;
  const [ofA, ofB] = [mean((i) => a.values[i]), mean((i) => b.values[i])];
  const [ofAA, ofBB] = [mean((i) => a.values[i] ** 2), mean((i) => b.values[i] ** 2)];
  const ofAB = mean((i) => a.values[i] * b.values[i]);
  let whole = 0;
  let contrast = 0;
  for (let i = 0; i < ofA.length; i++) {
    const product = ofA[i] * ofB[i];
    const squares = ofA[i] ** 2 + ofB[i] ** 2;
    const structure = (2 * (ofAB[i] - product) + c2) / (ofAA[i] + ofBB[i] - squares + c2);
    contrast += structure;
    whole += (structure * (2 * product + c1)) / (squares + c1);
  }
  return { whole: whole / ofA.length, contrast: contrast / ofA.length };
}

/** The means of blocks of two pixels on each axis; what is left over at an end is not in any. */
export function halve({ values, shape }: Plane): Plane {
  let [from, sizes] = [values, shape];
  for (let axis = 0; axis < shape.length; axis++) {
    const length = Math.floor(sizes[axis] / 2);
    const stride = sizes.slice(axis + 1).reduce((product, n) => product * n, 1);
    const blocks = from.length / (sizes[axis] * stride);
    const to = new Float64Array(blocks * length * stride);
    for (let i = 0; i < to.length; i++) {
      const block = Math.floor(i / (length * stride));
      const place = Math.floor(i / stride) % length;
      const at = (block * sizes[axis] + 2 * place) * stride + (i % stride);
      to[i] = (from[at] + from[at + stride]) / 2;
    }
    from = to;
    sizes = sizes.map((n, i) => (i === axis ? length : n));
  }
  return { values: from, shape: sizes };
}

/** Both planes of each channel of an image. */
export function planesOf({ size, channels, space, yTrue, yPred }: ImagePair, image: number): [Plane, Plane][] {
  const ofChannel = (values: ArrayLike<number>, channel: number): Plane => ({
    values: Float64Array.from({ length: size / channels }, (_, i) => values[image * size + i * channels + channel]),
    shape: space,
  });
  return Array.from({ length: channels }, (_, channel) => [ofChannel(yTrue, channel), ofChannel(yPred, channel)]);
}

/** Throws unless the window fits `scales` times, and the pixels of the image weigh the same. */
export function checkImage(name: string, images: ImagePair, image: number, scales: number): void {
  const { space, size } = images;
  const least = WINDOW_SIDE * 2 ** (scales - 1);
  if (space.some((length) => length < least)) {
    throw new RangeError(`${name}: images must have at least ${least} pixels on each side, got [${space}].`);
  }
  const first = weightOf(images, image * size);
  for (let i = image * size; i < (image + 1) * size; i++) {
    if (weightOf(images, i) === first) continue;
    throw new RangeError(`${name}: it compares windows of pixels, so weight must be one for each image.`);
  }
}
