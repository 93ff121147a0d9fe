import { checkChoice } from '../../internal/check';
import { checkNDArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { NDArray } from '../../types';
import { checkNumbers } from '../core/check-numbers';
import { chessboardLine, euclideanLine, taxicabLine } from './line-transforms';
import { readSpacing } from './spacing';

/**
 * How far apart two pixels are, d_a along each axis a: `'euclidean'` sqrt(sum of d_a^2), `'chessboard'` the largest
 * d_a, `'taxicab'` their sum.
 */
export type DistanceMetric = 'euclidean' | 'chessboard' | 'taxicab';

export const DISTANCE_METRICS: readonly DistanceMetric[] = ['euclidean', 'chessboard', 'taxicab'];

/** The distance from each pixel to the nearest nonzero pixel of `mask`; Infinity if the mask is empty. */
export function distances(
  mask: ArrayLike<number>,
  shape: readonly number[],
  spacing: readonly number[],
  metric: DistanceMetric,
): Float64Array {
  const values = new Float64Array(mask.length);
  for (let i = 0; i < values.length; i++) values[i] = mask[i] !== 0 ? 0 : Infinity;
  const longest = Math.max(0, ...shape);
  const line = new Float64Array(longest);
  const envelope = { centers: new Int32Array(longest), heights: line, starts: new Float64Array(longest) };
  let stride = values.length;
  shape.forEach((length, axis) => {
    const block = stride;
    stride /= length;
    for (let start = 0; start < values.length; start += block) {
      for (let i = start; i < start + stride; i++) {
        if (metric === 'euclidean') euclideanLine(values, i, stride, length, spacing[axis], envelope);
        else if (metric === 'taxicab') taxicabLine(values, i, stride, length, spacing[axis]);
        else chessboardLine(values, i, stride, length, spacing[axis], line);
      }
    }
  });
  return metric === 'euclidean' ? values.map(Math.sqrt) : values;
}

/** How far the opposite corners of an image are apart. */
export function diagonalOf(shape: readonly number[], spacing: readonly number[], metric: DistanceMetric): number {
  const sides = shape.map((length, axis) => length * spacing[axis]);
  if (metric === 'euclidean') return Math.hypot(...sides);
  return metric === 'chessboard' ? Math.max(...sides) : sides.reduce((sum, side) => sum + side, 0);
}

/** Options of {@link distanceTransform}. */
export interface DistanceTransformOptions {
  /** The size of a pixel: one number, or one for each axis; distances are in its unit. Default: 1. */
  readonly spacing?: number | readonly number[] | undefined;
  /** Default: `'euclidean'`. */
  readonly distanceMetric?: DistanceMetric | undefined;
}

/**
 * The exact distance from each pixel to the nearest nonzero pixel of a mask; Euclidean and taxicab in linear time.
 *
 * d(p) = min over q with mask(q) != 0 of sqrt(sum over axes a of (spacing_a (p_a - q_a))^2)
 *
 * `mask`: any number of axes, `[h, w]` or `[d, h, w]`. Returns the distances in the shape of the mask: 0 on its nonzero
 * pixels, Infinity everywhere if it has none. SciPy's `distance_transform_edt(mask == 0, sampling=spacing)` is the
 * same, and `distance_transform_cdt` for the other metrics, which has no spacing.
 *
 * Source: Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012,
 * doi:10.4086/toc.2012.v008a019.
 *
 * @throws {RangeError} if the spacing is not positive or does not fit the mask's axes, or a value is NaN.
 * @throws {TypeError} if one is not a number, such as null.
 * @example
 * ```ts
 * import { distanceTransform } from 'tfjs-multitask/metrics';
 *
 * const mask = { data: Uint8Array.of(1, 0, 0, 0), shape: [1, 4] };
 * distanceTransform(mask, { spacing: 0.5 }).data; // [0, 0.5, 1, 1.5]
 * ```
 */
export function distanceTransform(mask: NDArray, options: DistanceTransformOptions = {}): NDArray {
  checkOptions(options, ['distanceMetric', 'spacing'], 'distanceTransform');
  const { spacing = 1, distanceMetric = 'euclidean' } = options;
  checkChoice(distanceMetric, DISTANCE_METRICS, 'distanceTransform: distanceMetric');
  checkNDArray(mask, 'distanceTransform: mask');
  const size = mask.shape.reduce((product, n) => product * n, 1);
  if (size !== mask.data.length) {
    throw new RangeError(`distanceTransform: shape [${mask.shape}] needs ${size} values, got ${mask.data.length}.`);
  }
  checkNumbers(mask.data, 'distanceTransform: the values of the mask');
  const sides = readSpacing(spacing, mask.shape.length, 'distanceTransform');
  return { data: distances(mask.data, mask.shape, sides, distanceMetric), shape: mask.shape };
}
