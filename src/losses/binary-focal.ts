import { add, clipByValue, mul, pow, sigmoid, sub } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classesOf, readClassWeights } from './class-weights';
import { defineLossOfLogits, type IgnoreOptions } from './define-loss';
import { elementwiseBce, elementwiseBceFromLogits } from './elementwise-bce';
import { EPSILON } from './epsilon';
import { meanOverElements } from './mean-over-elements';

/** Options of {@link binaryFocal}. */
export interface BinaryFocalOptions extends IgnoreOptions {
  /** In [0, 1]: positives weigh `alpha`, negatives `1 - alpha`. `null`: both weigh 1. Default: 0.25. */
  readonly alpha?: number | null | undefined;
  /** At least 0: how much less well-classified examples count; 0 is cross-entropy. Default: 2. */
  readonly gamma?: number | undefined;
  /**
   * At least 0, one for each entry of the last axis: its elements count so much. The mean is still over the number of
   * elements. Default: 1 for each.
   */
  readonly classWeights?: readonly number[] | undefined;
  /** `yPred` holds logits: no sigmoid before the loss. Default: false. */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Binary focal loss of each sample: cross-entropy that counts well-classified examples less.
 *
 * `mean(w_c alpha_t (1 - p_t)^gamma CE(y, p))` with `p_t = y p + (1 - y)(1 - p)` and
 * `alpha_t = y alpha + (1 - y)(1 - alpha)` and w_c from `classWeights`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in [0, 1]. Probabilities are clipped to [1e-7, 1 - 1e-7], the slope
 * of the logarithm is not, as in `bce`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | the paper | none |
 * | Keras `BinaryFocalCrossentropy()` | `alpha: null` |
 * | Keras `BinaryFocalCrossentropy(apply_class_balancing=True)` | none |
 * | MONAI `FocalLoss()` | `alpha: null, fromLogits: true` |
 * | MONAI `FocalLoss(alpha=0.25)` | `fromLogits: true` |
 * | MONAI `FocalLoss(weight=w)` | `alpha: null, classWeights: w, fromLogits: true` |
 * | smp `FocalLoss` (`binary`, `multilabel`; `multiclass` over one-hot labels) | `alpha: null, fromLogits: true` |
 *
 * Source: Lin et al., 2017, doi:10.1109/ICCV.2017.324.
 *
 * @throws {RangeError} for an unknown option, `alpha` outside [0, 1], a negative `gamma` or weight; when the loss is
 * called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { binaryFocal } from 'tfjs-multitask/losses';
 *
 * binaryFocal()(tensor2d([[1]]), tensor2d([[0.5]])); // [0.043322]
 * ```
 */
export function binaryFocal(options: BinaryFocalOptions = {}): Loss {
  checkOptions(options, ['alpha', 'gamma', 'classWeights', 'ignoreIndex', 'fromLogits'], 'binaryFocal');
  const { alpha = 0.25, gamma = 2, classWeights, ignoreIndex, fromLogits = false } = options;
  if (alpha !== null) checkRange(alpha, 0, 1, 'binaryFocal: alpha');
  checkRange(gamma, 0, Number.POSITIVE_INFINITY, 'binaryFocal: gamma');
  const weights = readClassWeights(classWeights, 'binaryFocal: classWeights');
  const ofSigmoid = { activation: 'sigmoid', takes: ['probability', 'distribution'], fromLogits, ignoreIndex } as const;
  return defineLossOfLogits('binaryFocal', ofSigmoid, (yTrue, yPred, weight, areLogits) => {
    // Clipped because a power below 1 has no finite gradient at 0.
    const p = clipByValue(areLogits ? sigmoid(yPred) : yPred, EPSILON, 1 - EPSILON);
    const missed = add(mul(yTrue, sub(1, p)), mul(sub(1, yTrue), p));
    const entropy = areLogits ? elementwiseBceFromLogits : elementwiseBce;
    const focal = mul(pow(missed, gamma), entropy(yTrue, yPred));
    const balanced = alpha === null ? focal : mul(add(mul(yTrue, 2 * alpha - 1), 1 - alpha), focal);
    const ofClasses = weights(classesOf(yPred));
    return meanOverElements(ofClasses ? mul(balanced, ofClasses) : balanced, weight);
  });
}
