import { clipByValue, mul, pow } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { checkPositive } from './check-positive';
import { EPSILON } from './epsilon';
import { REGION_OPTIONS, regionLoss } from './region-loss';
import type { TverskyOptions } from './tversky';
import { tverskyDistance } from './tversky-distance';

/** Options of {@link focalTversky}. */
export interface FocalTverskyOptions extends TverskyOptions {
  /** Above 0; 1 is `tversky`. Above 1, regions that are nearly right keep a larger gradient. Default: `4 / 3`. */
  readonly gamma?: number | undefined;
}

/**
 * Focal Tversky loss of each sample: the Tversky loss to the power of `1 / gamma`, for small lesions.
 *
 * `(1 - (tp + s_n) / (tp + alpha fp + beta fn + s_d))^(1 / gamma)` for each class; the ratio as in `tversky`.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]; one foreground class needs one channel. Below 1e-7
 * the power goes on as a straight line to 0, because its gradient there would be infinite.
 *
 * The paper's alpha (0.7) weighs false negatives; here that is beta. It
 * sums over the classes: `average: 'sum'`. smp's `TverskyLoss(alpha=a, beta=b, gamma=g)` of one class is `alpha: a,
 * beta: b, gamma: 1 / g, smooth: { numerator: 0, denominator: 1e-7 }, absent: 'zero', pool: 'batch'`.
 *
 * Source: Abraham, Khan, 2019, doi:10.1109/ISBI.2019.8759329.
 *
 * @throws {RangeError} for an unknown option, a negative weight or smoothing, 0 in the denominator, a gamma of 0 or
 * less, or an unknown policy; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { focalTversky } from 'tfjs-multitask/losses';
 *
 * focalTversky()(tensor3d([[[1], [1], [0]]]), tensor3d([[[1], [0], [0]]])); // [0.363330]
 * ```
 */
export function focalTversky(options: FocalTverskyOptions = {}): Loss {
  checkOptions(options, ['alpha', 'beta', 'gamma', ...REGION_OPTIONS], 'focalTversky');
  const { alpha = 0.3, beta = 0.7, gamma = 4 / 3, ...rest } = options;
  checkRange(alpha, 0, Number.POSITIVE_INFINITY, 'focalTversky: alpha');
  checkRange(beta, 0, Number.POSITIVE_INFINITY, 'focalTversky: beta');
  checkPositive(gamma, 'focalTversky: gamma');
  return regionLoss('focalTversky', rest, (regions, smooth) => {
    const distance = tverskyDistance(regions, smooth, { alpha, beta });
    return mul(distance, pow(clipByValue(distance, EPSILON, Number.POSITIVE_INFINITY), 1 / gamma - 1));
  });
}
