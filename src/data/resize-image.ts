import { checkInteger } from '../internal/check';
import { checkBoolean, checkPair } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import type { NDArray } from '../types';
import { imageShape } from './check-image';

/** Options of {@link resizeImage}. */
export interface ResizeImageOptions {
  /** Widens the filter with the shrinking factor, so that every input pixel counts. Default: true. */
  readonly antialias?: boolean | undefined;
}

/** Along one axis: output `i` is the sum of `weights[i * taps + k] * input[first[i] + k]`. */
interface Filter {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** Half the width of the triangle, in input pixels. */
const supportOf = (from: number, to: number, antialias: boolean): number => (antialias ? Math.max(from / to, 1) : 1);

const tapsOf = (from: number, support: number): number => Math.min(from, Math.ceil(2 * support) + 1);

function triangleFilter(from: number, to: number, support: number): Filter {
  const scale = from / to;
  const taps = tapsOf(from, support);
  const first = new Int32Array(to);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.min(Math.max(0, Math.floor(center - support + 0.5)), from - taps);
    first[i] = start;
    let sum = 0;
    for (let k = 0; k < taps; k++) {
      const weight = Math.max(0, 1 - Math.abs(start + k + 0.5 - center) / support);
      weights[i * taps + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < taps; k++) weights[i * taps + k] /= sum;
  }
  return { taps, first, weights };
}

type Floats = Float32Array | Float64Array;

/** Resizes `[height, width, channels]` along its width. */
function resizeAcross<A extends Floats>(
  image: ArrayLike<number>,
  [height, channels]: readonly [number, number],
  { taps, first, weights }: Filter,
  Numbers: new (length: number) => A,
): A {
  const width = image.length / height / channels;
  const outWidth = first.length;
  const data = new Numbers(height * outWidth * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) {
          sum += weights[x * taps + k] * image[(y * width + first[x] + k) * channels + c];
        }
        data[(y * outWidth + x) * channels + c] = sum;
      }
    }
  }
  return data;
}

/** Resizes `[height, stride]` along its height. */
function resizeDown<A extends Floats>(
  image: ArrayLike<number>,
  height: number,
  { taps, first, weights }: Filter,
  Numbers: new (length: number) => A,
): A {
  const stride = image.length / height;
  const outHeight = first.length;
  const data = new Numbers(outHeight * stride);
  for (let y = 0; y < outHeight; y++) {
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0; k < taps; k++) sum += weights[y * taps + k] * image[(first[y] + k) * stride + i];
      data[y * stride + i] = sum;
    }
  }
  return data;
}

/** Some ten seconds of multiplying: an image of 16384 x 16384 in three colours to half its size takes half of that. */
const MOST_PRODUCTS = 2 ** 32;

/**
 * Resizes an image with a bilinear (triangle) filter.
 *
 * Pixel centres lie at half-integers and edges are clamped, as in `torch.nn.functional.interpolate(mode='bilinear',
 * align_corners=False)`; when shrinking, `antialias` widens the filter to average over all pixels that an output pixel
 * covers.
 *
 * `image`: `[height, width, channels]` -> Float32 `[size[0], size[1], channels]`.
 *
 * @throws {RangeError} if the image has no shape `[height, width, channels]`, the size is no pair of positive integers,
 * or resizing takes more than 2^32 products.
 * @example
 * ```ts
 * import { resizeImage } from 'tfjs-multitask/data';
 *
 * const small = resizeImage({ data: new Uint8Array(512 * 512), shape: [512, 512, 1] }, [64, 64]);
 * ```
 */
export function resizeImage(
  image: NDArray,
  size: readonly [height: number, width: number],
  options: ResizeImageOptions = {},
): NDArray {
  checkOptions(options, ['antialias'], 'resizeImage');
  const { antialias = true } = options;
  const [height, width, channels] = imageShape(image, 'resizeImage: image');
  checkBoolean(antialias, 'resizeImage: antialias');
  checkPair(size, 'resizeImage: size');
  const [outHeight, outWidth] = size;
  checkInteger(outHeight, 1, 'resizeImage: height');
  checkInteger(outWidth, 1, 'resizeImage: width');

  const [high, wide] = [supportOf(height, outHeight, antialias), supportOf(width, outWidth, antialias)];
  const [tapsDown, tapsAcross] = [tapsOf(height, high), tapsOf(width, wide)];
  // Beginning with one side or the other makes no difference but in work, which is absurd for absurd shapes.
  const last = outHeight * outWidth * channels;
  const acrossFirst = height * outWidth * channels * tapsAcross + last * tapsDown;
  const downFirst = outHeight * width * channels * tapsDown + last * tapsAcross;
  const products = Math.min(acrossFirst, downFirst);
  if (products > MOST_PRODUCTS) {
    throw new RangeError(
      `resizeImage: [${image.shape}] to [${size}] takes ${products} products, at most ${MOST_PRODUCTS} are made; ` +
        'choose a smaller size or cut the image.',
    );
  }
  const [down, across] = [triangleFilter(height, outHeight, high), triangleFilter(width, outWidth, wide)];
  const data =
    acrossFirst <= downFirst
      ? resizeDown(resizeAcross(image.data, [height, channels], across, Float64Array), height, down, Float32Array)
      : resizeAcross(resizeDown(image.data, height, down, Float64Array), [outHeight, channels], across, Float32Array);
  return { data, shape: [outHeight, outWidth, channels] };
}
