import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { REGION_OPTIONS, type RegionOptions, regionLoss } from './region-loss';
import { tverskyDistance } from './tversky-distance';

/** Options of {@link tversky}. */
export interface TverskyOptions extends RegionOptions {
  /** Weight of false positives, at least 0. Default: 0.3. */
  readonly alpha?: number | undefined;
  /** Weight of false negatives, at least 0. Default: 0.7. */
  readonly beta?: number | undefined;
}

/**
 * Tversky loss of each sample: soft Dice with a price for each kind of error.
 *
 * By default a missed pixel costs more.
 *
 * `1 - (tp + s_n) / (tp + alpha fp + beta fn + s_d)` for each class, with `tp = sum(min(y, p))`, which is
 * `sum(y p)` for labels of 0 and 1, `fp = sum(p) - tp`, `fn = sum(y) - tp`, and `s_n` and `s_d` from `smooth`.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]; one foreground class needs one channel.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | MONAI `TverskyLoss(alpha=a, beta=b)` | `alpha: a, beta: b, smooth: 1e-5` |
 * | Keras 3.15.1 `Tversky(alpha=a, beta=b)` | `alpha: b, beta: a, smooth: { numerator: 0, denominator: 1e-7 }, average: 'micro', pool: 'batch'` |
 * | smp `TverskyLoss(alpha=a, beta=b)` | `alpha: a, beta: b, smooth: { numerator: 0, denominator: 1e-7 }, absent: 'zero', pool: 'batch'` |
 *
 * All three default to 0.5 for both. Keras says that its alpha weighs false positives; up to 3.15.1 it weighs false
 * negatives. Later versions have been mended: there alpha is alpha and beta is beta.
 *
 * Source: Salehi, Erdogmus, Gholipour, 2017, doi:10.1007/978-3-319-67389-9_44.
 *
 * @throws {RangeError} for an unknown option, a negative weight or smoothing, 0 in the denominator, or an unknown
 * policy; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { tversky } from 'tfjs-multitask/losses';
 *
 * tversky()(tensor3d([[[1], [1], [0]]]), tensor3d([[[1], [0], [0]]])); // [0.259259]
 * ```
 */
export function tversky(options: TverskyOptions = {}): Loss {
  checkOptions(options, ['alpha', 'beta', ...REGION_OPTIONS], 'tversky');
  const { alpha = 0.3, beta = 0.7, ...rest } = options;
  checkRange(alpha, 0, Number.POSITIVE_INFINITY, 'tversky: alpha');
  checkRange(beta, 0, Number.POSITIVE_INFINITY, 'tversky: beta');
  return regionLoss('tversky', rest, (regions, smooth) => tverskyDistance(regions, smooth, { alpha, beta }));
}
