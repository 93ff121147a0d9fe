import { checkRange } from '../internal/check';
import type { Loss } from '../types';
import { defineLossOfLogits } from './define-loss';
import { clipProbabilities, elementwiseBce, elementwiseBceFromLogits } from './elementwise-bce';
import { smoothLabels } from './smooth-labels';

export interface BceOptions {
  /** In [0, 1]: labels 0 and 1 become `labelSmoothing / 2` and `1 - labelSmoothing / 2`. Default: 0. */
  readonly labelSmoothing?: number;
  /**
   * `yPred` holds logits: no sigmoid before the loss, and exact gradients however confident the prediction. Default:
   * false.
   */
  readonly fromLogits?: boolean;
}

/**
 * Binary cross-entropy of each sample; each element is a separate yes or no.
 *
 * `mean(-y log p - (1 - y) log(1 - p))`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in [0, 1]; in nats. Probabilities are clipped to [1e-7, 1 - 1e-7], as
 * in Keras, and have no gradient outside of it; with `fromLogits`, `log(1 + e^x) - x y` needs no clipping.
 *
 * Keras's `BinaryCrossentropy` has the same options and numbers. torch's `BCELoss` clips at e^-100 instead;
 * `BCEWithLogitsLoss` is `fromLogits: true`.
 *
 * Label smoothing: Szegedy et al., 2016, doi:10.1109/CVPR.2016.308.
 *
 * @throws RangeError for a label smoothing outside [0, 1]; when the loss is called, RangeError where the shapes differ
 * and TypeError where an argument is not a tensor.
 * @example
 * ```ts
 * bce()(tensor2d([[1], [0]]), tensor2d([[0.5], [0.5]])); // [0.693147, 0.693147]
 * ```
 */
export function bce({ labelSmoothing = 0, fromLogits = false }: BceOptions = {}): Loss {
  checkRange(labelSmoothing, 0, 1, 'bce: labelSmoothing');
  const ofSigmoid = { activation: 'sigmoid', fromLogits } as const;
  return defineLossOfLogits('bce', ofSigmoid, ['probability', 'distribution'], (yTrue, yPred, areLogits) => {
    const labels = smoothLabels(yTrue, labelSmoothing, 2);
    return areLogits ? elementwiseBceFromLogits(labels, yPred) : elementwiseBce(labels, clipProbabilities(yPred));
  });
}
