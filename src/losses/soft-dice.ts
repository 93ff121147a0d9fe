import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import type { Loss } from '../types';
import { type RegionOptions, regionLoss } from './region-loss';

export interface SoftDiceOptions extends RegionOptions {
  /** Squares `y` and `p` in the denominator, as V-Net does. Default: false. */
  readonly squared?: boolean;
}

/**
 * Soft Dice loss of each sample: 1 minus the overlap of mask and prediction.
 *
 * `1 - (2 sum(y p) + s_n) / (sum(y) + sum(p) + s_d)` for each class, with `s_n` and `s_d` from `smooth`.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]; one foreground class needs one channel. The loss
 * lies in [0, 1] where `s_n <= s_d`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | MONAI `DiceLoss()` | `smooth: 1e-5` |
 * | MONAI `DiceLoss(squared_pred=True, include_background=False)` | `smooth: 1e-5, squared: true, includeBackground: false` |
 * | Keras `Dice()` on a batch of one | `smooth: { numerator: 0, denominator: 1e-7 }, average: 'micro'` |
 * | smp `DiceLoss(smooth=0)` on a batch of one | `smooth: { numerator: 0, denominator: 1e-7 }, absent: 'zero'` |
 * | smp `DiceLoss(smooth=s)` on a batch of one | `smooth: 2 * s, absent: 'zero'` |
 *
 * Keras and smp sum over the batch before they divide; here each sample has its own ratio.
 *
 * Source: Milletari, Navab, Ahmadi, 2016, doi:10.1109/3DV.2016.79.
 *
 * @throws RangeError for a negative smoothing, 0 in the denominator, or an unknown policy; when the loss is called,
 * RangeError where the shapes differ and TypeError where an argument is not a tensor.
 * @example
 * ```ts
 * softDice()(tensor3d([[[1], [1], [0]]]), tensor3d([[[1], [0], [0]]])); // [0.25]
 * ```
 */
export function softDice({ squared = false, ...options }: SoftDiceOptions = {}): Loss {
  return regionLoss(
    'softDice',
    options,
    ({ truePositives, target, predicted }, smooth) => {
      const numerator = add(mul(truePositives, 2), smooth.numerator);
      return sub(1, div(numerator, add(add(target, predicted), smooth.denominator)));
    },
    squared,
  );
}
