import { checkInteger } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { NDArray } from '../types';
import { imageShape } from './check-image';

export interface ResizeImageOptions {
  /** Widens the filter with the shrinking factor, so that every input pixel counts. Default: true. */
  readonly antialias?: boolean;
}

/** Along one axis: output `i` is the sum of `weights[i * taps + k] * input[first[i] + k]`. */
interface Filter {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

function triangleFilter(from: number, to: number, antialias: boolean): Filter {
  const scale = from / to;
  const support = antialias ? Math.max(scale, 1) : 1;
  const taps = Math.min(from, Math.ceil(2 * support) + 1);
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

/**
 * Resizes an image with a bilinear (triangle) filter. Pixel centres lie at half-integers and edges are clamped, as in
 * `torch.nn.functional.interpolate(mode='bilinear', align_corners=False)`; when shrinking, `antialias` widens the
 * filter to average over all pixels that an output pixel covers.
 *
 * `image`: `[height, width, channels]` -> Float32 `[size[0], size[1], channels]`.
 *
 * @throws RangeError if the image has no shape `[height, width, channels]` or the size is no pair of positive integers.
 * @example
 * const small = resizeImage({ data: new Uint8Array(512 * 512), shape: [512, 512, 1] }, [64, 64]);
 */
export function resizeImage(
  image: NDArray,
  size: readonly [height: number, width: number],
  options: ResizeImageOptions = {},
): NDArray {
  checkOptions(options, ['antialias'], 'resizeImage');
  const { antialias = true } = options;
  const [height, width, channels] = imageShape(image, 'resizeImage: image');
  const [outHeight, outWidth] = size;
  checkInteger(outHeight, 1, 'resizeImage: height');
  checkInteger(outWidth, 1, 'resizeImage: width');

  const across = triangleFilter(width, outWidth, antialias);
  const rows = new Float64Array(height * outWidth * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0; k < across.taps; k++) {
          const value = image.data[(y * width + across.first[x] + k) * channels + c];
          sum += across.weights[x * across.taps + k] * value;
        }
        rows[(y * outWidth + x) * channels + c] = sum;
      }
    }
  }

  const down = triangleFilter(height, outHeight, antialias);
  const stride = outWidth * channels;
  const data = new Float32Array(outHeight * stride);
  for (let y = 0; y < outHeight; y++) {
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0; k < down.taps; k++) {
        sum += down.weights[y * down.taps + k] * rows[(down.first[y] + k) * stride + i];
      }
      data[y * stride + i] = sum;
    }
  }
  return { data, shape: [outHeight, outWidth, channels] };
}
