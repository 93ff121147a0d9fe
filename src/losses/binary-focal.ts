import { add, mul, pow, sigmoid, sub } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import type { Loss } from '../types';
import { defineLossOfLogits } from './define-loss';
import { clipProbabilities, elementwiseBce, elementwiseBceFromLogits } from './elementwise-bce';

export interface BinaryFocalOptions {
  /** In [0, 1]: positives weigh `alpha`, negatives `1 - alpha`. `null`: both weigh 1. Default: 0.25. */
  readonly alpha?: number | null;
  /** At least 0: how much less well-classified examples count; 0 is cross-entropy. Default: 2. */
  readonly gamma?: number;
  /** `yPred` holds logits: no sigmoid before the loss. Default: false. */
  readonly fromLogits?: boolean;
}

/**
 * Binary focal loss of each sample: cross-entropy that counts well-classified examples less.
 *
 * `mean(alpha_t (1 - p_t)^gamma CE(y, p))` with `p_t = y p + (1 - y)(1 - p)` and
 * `alpha_t = y alpha + (1 - y)(1 - alpha)`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in [0, 1]. Probabilities are clipped to [1e-7, 1 - 1e-7].
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | the paper | none |
 * | Keras `BinaryFocalCrossentropy()` | `alpha: null` |
 * | Keras `BinaryFocalCrossentropy(apply_class_balancing=True)` | none |
 * | MONAI `FocalLoss()` | `alpha: null, fromLogits: true` |
 * | MONAI `FocalLoss(alpha=0.25)` | `fromLogits: true` |
 * | smp `FocalLoss` (`binary`, `multilabel`; `multiclass` over one-hot labels) | `alpha: null, fromLogits: true` |
 *
 * Source: Lin et al., 2017, doi:10.1109/ICCV.2017.324.
 *
 * @throws RangeError for `alpha` outside [0, 1] or a negative `gamma`; when the loss is called, RangeError where the
 * shapes differ and TypeError where an argument is not a tensor.
 * @example
 * ```ts
 * binaryFocal()(tensor2d([[1]]), tensor2d([[0.5]])); // [0.043322]
 * ```
 */
export function binaryFocal({ alpha = 0.25, gamma = 2, fromLogits = false }: BinaryFocalOptions = {}): Loss {
  if (alpha !== null) checkRange(alpha, 0, 1, 'binaryFocal: alpha');
  checkRange(gamma, 0, Number.POSITIVE_INFINITY, 'binaryFocal: gamma');
  const ofSigmoid = { activation: 'sigmoid', fromLogits } as const;
  return defineLossOfLogits('binaryFocal', ofSigmoid, ['probability', 'distribution'], (yTrue, yPred, areLogits) => {
    // Clipped also where it only makes the factor: a power below 1 has no finite gradient at 0.
    const p = clipProbabilities(areLogits ? sigmoid(yPred) : yPred);
    const missed = add(mul(yTrue, sub(1, p)), mul(sub(1, yTrue), p));
    const entropy = areLogits ? elementwiseBceFromLogits(yTrue, yPred) : elementwiseBce(yTrue, p);
    const focal = mul(pow(missed, gamma), entropy);
    return alpha === null ? focal : mul(add(mul(yTrue, 2 * alpha - 1), 1 - alpha), focal);
  });
}
