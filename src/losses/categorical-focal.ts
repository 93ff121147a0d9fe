import { clipByValue, exp, mul, pow, sub } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classLoss } from './class-loss';
import { readWeights } from './class-weights';
import type { IgnoreOptions } from './define-loss';
import { EPSILON } from './epsilon';

/** Options of {@link categoricalFocal}. */
export interface CategoricalFocalOptions extends IgnoreOptions {
  /** At least 0: the weight of every class, or of each class in order. The mean is over pixels all the same. Default: 1. */
  readonly alpha?: number | readonly number[] | undefined;
  /** At least 0: how much less well-classified examples count; 0 is cross-entropy. Default: 2. */
  readonly gamma?: number | undefined;
  /** `yPred` holds logits: no softmax before the loss. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Focal loss of each sample between exclusive classes.
 *
 * `mean(-sum_c alpha_c y_c (1 - p_c)^gamma log p_c)`, the mean over all axes between the batch and the classes.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape; `yTrue` one-hot or any distribution; a row of zeros
 * or with `ignoreIndex` is left out of the mean. Probabilities are divided by their sum; the loss clips them at 1e-7, the
 * slope of the logarithm does not, as in `bce`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | Keras `CategoricalFocalCrossentropy()` | `alpha: 0.25` |
 * | MONAI `FocalLoss(use_softmax=True)`, whose mean divides by the C classes too | `alpha: 1 / C, fromLogits: true` |
 * | MONAI `FocalLoss(use_softmax=True, alpha=a)` | `alpha: [(1 - a) / C, a / C, ...], fromLogits: true` |
 *
 * smp's multiclass `FocalLoss` is `binaryFocal` over one-hot labels.
 *
 * Source: Lin et al., 2017, doi:10.1109/ICCV.2017.324.
 *
 * @throws {RangeError} for an unknown option, a negative `alpha` or `gamma`; when the loss is called, where the shapes
 * differ, hold fewer than 2 classes or not one for each `alpha`.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { categoricalFocal } from 'tfjs-multitask/losses';
 *
 * categoricalFocal()(tensor2d([[0, 1, 0]]), tensor2d([[0.25, 0.5, 0.25]])); // [0.173287]
 * ```
 */
export function categoricalFocal(options: CategoricalFocalOptions = {}): Loss {
  checkOptions(options, ['alpha', 'gamma', 'ignoreIndex', 'fromLogits'], 'categoricalFocal');
  const { alpha = 1, gamma = 2, fromLogits = false, ...ignore } = options;
  const weights = readWeights(alpha, 'categoricalFocal: alpha');
  checkRange(gamma, 0, Number.POSITIVE_INFINITY, 'categoricalFocal: gamma');
  return classLoss('categoricalFocal', { ...ignore, fromLogits, weights }, (yTrue, logP) => {
    // Clipped because a power below 1 has no finite gradient at 0.
    const missed = clipByValue(sub(1, exp(logP)), EPSILON, 1);
    return mul(mul(yTrue, logP), pow(missed, gamma));
  });
}
