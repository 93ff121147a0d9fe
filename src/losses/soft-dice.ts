import { add, div, mul, sub, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { REGION_OPTIONS, type RegionOptions, regionLoss, type Smoothing } from './region-loss';
import type { Regions } from './regions';

/** Options of {@link softDice}. */
export interface SoftDiceOptions extends RegionOptions {
  /** Squares `y` and `p` in the denominator, as V-Net does, over `sum(y p)`. Default: false. */
  readonly squared?: boolean | undefined;
}

/**
 * Soft Dice loss of each sample: 1 minus the overlap of mask and prediction.
 *
 * `1 - (2 sum(min(y, p)) + s_n) / (sum(y) + sum(p) + s_d)` for each class, with `s_n` and `s_d` from `smooth`;
 * `min(y, p)` is `y p` for labels of 0 and 1. For shares between them, as resizing and deep supervision make, the loss is
 * least at the label; with the product it would be at a mask of ones.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape, in [0, 1]; one foreground class needs one channel. The loss
 * lies in [0, 1] where `s_n <= s_d`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | MONAI `DiceLoss()` | `smooth: 1e-5` |
 * | MONAI `DiceLoss(soft_label=True)` | `smooth: 1e-5` |
 * | MONAI `DiceLoss(squared_pred=True, include_background=False)` | `smooth: 1e-5, squared: true, includeBackground: false` |
 * | MONAI `DiceLoss(batch=True, weight=w)` | `smooth: 1e-5, pool: 'batch', classWeights: w` |
 * | MONAI `MaskedDiceLoss()(pred, target, mask)` | `smooth: 1e-5`, the mask as the third argument |
 * | nnU-Net `SoftDiceLoss(batch_dice=True, do_bg=False, smooth=s)`, which is 1 less | `smooth: s, includeBackground: false, pool: 'batch'` |
 * | Keras `Dice()` | `smooth: { numerator: 0, denominator: 1e-7 }, average: 'micro', pool: 'batch'` |
 * | smp `DiceLoss(smooth=0)` | `smooth: { numerator: 0, denominator: 1e-7 }, absent: 'zero', pool: 'batch'` |
 * | smp `DiceLoss(smooth=s)` | `smooth: 2 * s, absent: 'zero', pool: 'batch'` |
 * | smp `DiceLoss(ignore_index=i)` | `ignoreIndex: i` |
 *
 * Sources: Milletari, Navab, Ahmadi, 2016, doi:10.1109/3DV.2016.79; shares as labels: Wang, Popordanoska, Bertels, Lemmens,
 * Blaschko, 2023, arXiv:2303.16296.
 *
 * @throws {RangeError} for an unknown option, a negative smoothing or weight, 0 in the denominator, or an unknown
 * policy; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor3d } from '@tensorflow/tfjs-core';
 * import { softDice } from 'tfjs-multitask/losses';
 *
 * softDice()(tensor3d([[[1], [1], [0]]]), tensor3d([[[1], [0], [0]]])); // [0.25]
 * ```
 */
export function softDice(options: SoftDiceOptions = {}): Loss {
  checkOptions(options, ['squared', ...REGION_OPTIONS], 'softDice');
  const { squared = false, ...rest } = options;
  const distance = ({ truePositives, target, predicted }: Regions, smooth: Smoothing): Tensor2D => {
    const numerator = add(mul(truePositives, 2), smooth.numerator);
    return sub(1, div(numerator, add(add(target, predicted), smooth.denominator)));
  };
  return regionLoss('softDice', rest, distance, squared);
}
