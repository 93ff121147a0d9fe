import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classesOf, readWeights } from './class-weights';
import { defineLossOfLogits, type IgnoreOptions } from './define-loss';
import { elementwiseBce, elementwiseBceFromLogits } from './elementwise-bce';
import { meanOverElements } from './mean-over-elements';
import { smoothLabels } from './smooth-labels';

/** Options of {@link bce}. */
export interface BceOptions extends IgnoreOptions {
  /** In [0, 1]: labels 0 and 1 become `labelSmoothing / 2` and `1 - labelSmoothing / 2`. Default: 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * At least 0: what a positive counts beside a negative, one number or one for each entry of the last axis. Above 1 it
   * raises the recall. The mean is still over the number of elements. Default: 1.
   */
  readonly posWeight?: number | readonly number[] | undefined;
  /**
   * `yPred` holds logits: no sigmoid before the loss, and exact gradients however confident the prediction. Default:
   * false.
   */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Binary cross-entropy of each sample; each element is a separate yes or no.
 *
 * `mean(-w y log p - (1 - y) log(1 - p))`, w from `posWeight`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in [0, 1]; in nats. The loss clips probabilities to [1e-7, 1 - 1e-7], as
 * Keras does, its slope does not: behind a sigmoid it is `p - y`, also where p is far below 1e-7. With `fromLogits`,
 * `log(1 + e^x) - x y` needs no clipping.
 *
 * Keras's `BinaryCrossentropy` has the same options and numbers. torch's `BCELoss` clips at e^-100 instead;
 * `BCEWithLogitsLoss(pos_weight)` is `fromLogits: true, posWeight`.
 *
 * Source: Szegedy et al., 2016, doi:10.1109/CVPR.2016.308 (label smoothing).
 *
 * @throws {RangeError} for an unknown option, a label smoothing outside [0, 1] or a negative weight; when the loss is
 * called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { bce } from 'tfjs-multitask/losses';
 *
 * bce()(tensor2d([[1], [0]]), tensor2d([[0.5], [0.5]])); // [0.693147, 0.693147]
 * ```
 */
export function bce(options: BceOptions = {}): Loss {
  checkOptions(options, ['labelSmoothing', 'posWeight', 'ignoreIndex', 'fromLogits'], 'bce');
  const { labelSmoothing = 0, posWeight, ignoreIndex, fromLogits = false } = options;
  checkRange(labelSmoothing, 0, 1, 'bce: labelSmoothing');
  const positive = readWeights(posWeight, 'bce: posWeight');
  const ofSigmoid = { activation: 'sigmoid', takes: ['probability', 'distribution'], fromLogits, ignoreIndex } as const;
  return defineLossOfLogits('bce', ofSigmoid, (yTrue, yPred, weight, areLogits) => {
    const entropy = areLogits ? elementwiseBceFromLogits : elementwiseBce;
    const labels = smoothLabels(yTrue, labelSmoothing, 2);
    return meanOverElements(entropy(labels, yPred, positive(classesOf(yPred))), weight);
  });
}
