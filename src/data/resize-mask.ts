import { checkInteger } from '../internal/check';
import { checkArray } from '../internal/check-kinds';
import type { NDArray } from '../types';
import { imageShape } from './check-image';

/**
 * Resizes a mask to its nearest pixels, so that no value arises that was not there: output pixel `i` takes input pixel
 * `floor((i + 0.5) * from / to)`, as `torch.nn.functional.interpolate(mode='nearest-exact')`.
 *
 * `mask`: `[height, width, channels]` -> `[size[0], size[1], channels]` of the same number type.
 *
 * @throws {RangeError} if the mask has no shape `[height, width, channels]` or the size is no pair of positive
 * integers.
 * @example
 * ```ts
 * import { resizeMask } from 'tfjs-multitask/data';
 *
 * const small = resizeMask({ data: new Uint8Array(512 * 512), shape: [512, 512, 1] }, [64, 64]);
 * ```
 */
export function resizeMask(mask: NDArray, size: readonly [height: number, width: number]): NDArray {
  const [height, width, channels] = imageShape(mask, 'resizeMask: mask');
  checkArray(size, 'resizeMask: size');
  const [outHeight, outWidth] = size;
  checkInteger(outHeight, 1, 'resizeMask: height');
  checkInteger(outWidth, 1, 'resizeMask: width');
  const data = new (mask.data.constructor as new (length: number) => NDArray['data'])(outHeight * outWidth * channels);
  for (let y = 0; y < outHeight; y++) {
    const fromY = Math.floor(((y + 0.5) * height) / outHeight);
    for (let x = 0; x < outWidth; x++) {
      const from = (fromY * width + Math.floor(((x + 0.5) * width) / outWidth)) * channels;
      for (let c = 0; c < channels; c++) data[(y * outWidth + x) * channels + c] = mask.data[from + c];
    }
  }
  return { data, shape: [outHeight, outWidth, channels] };
}
