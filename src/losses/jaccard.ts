import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { REGION_OPTIONS, type RegionOptions, regionLoss } from './region-loss';
import { tverskyDistance } from './tversky-distance';

/** Options of {@link jaccard}. */
export type JaccardOptions = RegionOptions;

/**
 * Soft Jaccard loss of each sample: 1 minus intersection over union.
 *
 * `1 - (tp + s_n) / (sum(y) + sum(p) - tp + s_d)` for each class, with `tp = sum(min(y, p))`, which is `sum(y p)` for labels
 * of 0 and 1, and `s_n` and `s_d` from `smooth`.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]; one foreground class needs one channel. The loss
 * lies in [0, 1] where `s_n <= s_d`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | MONAI `DiceLoss(jaccard=True)` | `smooth: 5e-6`, half of MONAI's |
 * | smp `JaccardLoss(smooth=0)` | `smooth: { numerator: 0, denominator: 1e-7 }, absent: 'zero', pool: 'batch'` |
 *
 * Source: Rahman, Wang, 2016, doi:10.1007/978-3-319-50835-1_22.
 *
 * @throws {RangeError} for an unknown option, a negative smoothing or weight, 0 in the denominator, or an unknown
 * policy; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { jaccard } from 'tfjs-multitask/losses';
 *
 * jaccard()(tensor3d([[[1], [1], [0]]]), tensor3d([[[1], [0], [0]]])); // [0.333333]
 * ```
 */
export function jaccard(options: JaccardOptions = {}): Loss {
  checkOptions(options, REGION_OPTIONS, 'jaccard');
  return regionLoss('jaccard', options, (regions, smooth) => tverskyDistance(regions, smooth, { alpha: 1, beta: 1 }));
}
