import { checkOptions } from '../../internal/check-options';
import type { NDArray } from '../../types';
import { checkNumbers } from '../core/check-numbers';
import { readSpacing } from './spacing';

/** Where one line's lower envelope of parabolas is kept; reused from line to line. */
interface Envelope {
  readonly centers: Int32Array;
  readonly heights: Float64Array;
  /** From where on, in units of length, each parabola is the lowest. */
  readonly starts: Float64Array;
}

/** Replaces a line of `values` by min over q of values[q] + (spacing (p - q))^2, at each p. */
function transformLine(
  values: Float64Array,
  offset: number,
  stride: number,
  length: number,
  spacing: number,
  { centers, heights, starts }: Envelope,
): void {
  let count = 0;
  for (let q = 0; q < length; q++) {
    const height = values[offset + q * stride];
    if (height === Infinity) continue;
    let start = -Infinity;
    while (count > 0) {
      const center = centers[count - 1];
      const rise = (height - heights[count - 1]) / (2 * spacing * (q - center));
      start = (spacing * (q + center)) / 2 + rise;
      if (start > starts[count - 1]) break;
      count--;
      start = -Infinity;
    }
    centers[count] = q;
    heights[count] = height;
    starts[count] = start;
    count++;
  }
  if (count === 0) return;
  let lowest = 0;
  for (let p = 0; p < length; p++) {
    while (lowest + 1 < count && starts[lowest + 1] <= p * spacing) lowest++;
    values[offset + p * stride] = heights[lowest] + (spacing * (p - centers[lowest])) ** 2;
  }
}

/** The squared distance from each pixel to the nearest nonzero pixel of `mask`; Infinity if the mask is empty. */
export function squaredDistances(
  mask: ArrayLike<number>,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const values = new Float64Array(mask.length);
  for (let i = 0; i < values.length; i++) values[i] = mask[i] !== 0 ? 0 : Infinity;
  const longest = Math.max(0, ...shape);
  const envelope = {
    centers: new Int32Array(longest),
    heights: new Float64Array(longest),
    starts: new Float64Array(longest),
  };
  let stride = values.length;
  shape.forEach((length, axis) => {
    const block = stride;
    stride /= length;
    for (let start = 0; start < values.length; start += block) {
      for (let i = start; i < start + stride; i++) transformLine(values, i, stride, length, spacing[axis], envelope);
    }
  });
  return values;
}

export interface DistanceTransformOptions {
  /** The size of a pixel: one number, or one for each axis; distances are in its unit. Default: 1. */
  readonly spacing?: number | readonly number[];
}

/**
 * The exact Euclidean distance from each pixel to the nearest nonzero pixel of a mask, in linear time.
 *
 * d(p) = min over q with mask(q) != 0 of sqrt(sum over axes a of (spacing_a (p_a - q_a))^2)
 *
 * `mask`: any number of axes, `[h, w]` or `[d, h, w]`. Returns the distances in the shape of the mask: 0 on its nonzero
 * pixels, Infinity everywhere if it has none. SciPy's `distance_transform_edt(mask == 0, sampling=spacing)` is the
 * same.
 *
 * Source: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012,
 * doi:10.4086/toc.2012.v008a019.
 *
 * @throws RangeError if the spacing is not positive or does not fit the mask's axes, or a value is NaN; TypeError if
 * one is not a number, such as null.
 * @example
 * const mask = { data: Uint8Array.of(1, 0, 0, 0), shape: [1, 4] };
 * distanceTransform(mask, { spacing: 0.5 }).data; // 0, 0.5, 1, 1.5
 */
export function distanceTransform(mask: NDArray, options: DistanceTransformOptions = {}): NDArray {
  checkOptions(options, ['spacing'], 'distanceTransform');
  const { spacing = 1 } = options;
  const size = mask.shape.reduce((product, n) => product * n, 1);
  if (size !== mask.data.length) {
    throw new RangeError(`distanceTransform: shape [${mask.shape}] needs ${size} values, got ${mask.data.length}.`);
  }
  checkNumbers(mask.data, 'distanceTransform: the values of the mask');
  const data = squaredDistances(mask.data, mask.shape, readSpacing(spacing, mask.shape.length, 'distanceTransform'));
  return { data: data.map(Math.sqrt), shape: mask.shape };
}
