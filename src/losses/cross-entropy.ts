import { mul, neg, sum } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import type { Loss } from '../types';
import { defineLossOfLogits } from './define-loss';
import { logProbabilities } from './log-probabilities';
import { smoothLabels } from './smooth-labels';

export interface CrossEntropyOptions {
  /** In [0, 1]: this share of a label is spread evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number;
  /**
   * `yPred` holds logits: no softmax before the loss, and exact gradients however confident the prediction. Default:
   * false.
   */
  readonly fromLogits?: boolean;
}

/**
 * Categorical cross-entropy of each sample, between exclusive classes.
 *
 * `mean(-sum_c y_c log p_c)`, the mean over all axes between the batch and the classes (pixels, say).
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape; `yTrue` one-hot or any distribution; in nats. A row of zeros
 * in `yTrue` costs nothing, but still counts in the mean. Probabilities are divided by their sum and clipped at 1e-7.
 *
 * Keras's `CategoricalCrossentropy` has the same options and, to about 1e-7 per class, the same numbers; torch's
 * `CrossEntropyLoss(label_smoothing)` is `fromLogits: true` with one-hot labels.
 *
 * Label smoothing: Szegedy et al., 2016, doi:10.1109/CVPR.2016.308.
 *
 * @throws RangeError for a label smoothing outside [0, 1]; when the loss is called, RangeError where the shapes differ
 * or hold fewer than 2 classes, and TypeError where an argument is not a tensor.
 * @example
 * ```ts
 * crossEntropy()(tensor2d([[0, 1, 0]]), tensor2d([[0.25, 0.5, 0.25]])); // [0.693147]
 * ```
 */
export function crossEntropy({ labelSmoothing = 0, fromLogits = false }: CrossEntropyOptions = {}): Loss {
  checkRange(labelSmoothing, 0, 1, 'crossEntropy: labelSmoothing');
  const ofSoftmax = { activation: 'softmax', fromLogits } as const;
  return defineLossOfLogits('crossEntropy', ofSoftmax, ['distribution'], (yTrue, yPred, areLogits) => {
    const logP = logProbabilities(yPred, areLogits, 'crossEntropy');
    const labels = smoothLabels(yTrue, labelSmoothing, yTrue.shape[yTrue.rank - 1]);
    return neg(sum(mul(labels, logP), -1));
  });
}
