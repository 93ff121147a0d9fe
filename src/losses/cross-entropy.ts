import { mul } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classLoss } from './class-loss';
import { classesOf, readClassWeights } from './class-weights';
import type { IgnoreOptions } from './define-loss';
import { smoothLabels } from './smooth-labels';

/** Options of {@link crossEntropy}. */
export interface CrossEntropyOptions extends IgnoreOptions {
  /** In [0, 1]: this share of a label is spread evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number | undefined;
  /**
   * At least 0, one for each class: its pixels cost so much. The mean is over the number of pixels, not over their
   * weights, which would cancel where a sample has one label. Default: 1 for each.
   */
  readonly classWeights?: readonly number[] | undefined;
  /**
   * `yPred` holds logits: no softmax before the loss, and exact gradients however confident the prediction. Default:
   * false.
   */
  readonly fromLogits?: boolean | undefined;
}

/**
 * Categorical cross-entropy of each sample, between exclusive classes.
 *
 * `mean(-sum_c w_c y_c log p_c)`, w_c from `classWeights`, the mean over all axes between the batch and the classes
 * (pixels, say).
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]` of one shape; `yTrue` one-hot or any distribution; in nats. A row of zeros
 * in `yTrue` has no label: it is left out of the mean, as is a row that holds `ignoreIndex`. Probabilities are divided by
 * their sum; the loss clips them at 1e-7, its slope does not, as in `bce`.
 *
 * | the numbers of | setting |
 * | --- | --- |
 * | Keras `CategoricalCrossentropy()`, to about 1e-7 per class; its other options have the same names | none |
 * | Keras `fit(class_weight)`, `sample_weight` | `classWeights` |
 * | torch `CrossEntropyLoss(label_smoothing)` | `fromLogits: true, labelSmoothing` |
 * | torch `CrossEntropyLoss(weight=w)` of probabilities as labels | `fromLogits: true, classWeights: w` |
 *
 * torch divides by the weights' sum where labels are numbers of classes: give those weights as `batch.weight`, which a
 * trainer divides by.
 *
 * Source: Szegedy et al., 2016, doi:10.1109/CVPR.2016.308 (label smoothing).
 *
 * @throws {RangeError} for an unknown option, a label smoothing outside [0, 1] or a negative weight; when the loss is
 * called, where the shapes differ, hold fewer than 2 classes or not one for each weight.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { crossEntropy } from 'tfjs-multitask/losses';
 *
 * crossEntropy()(tensor2d([[0, 1, 0]]), tensor2d([[0.25, 0.5, 0.25]])); // [0.693147]
 * ```
 */
export function crossEntropy(options: CrossEntropyOptions = {}): Loss {
  checkOptions(options, ['labelSmoothing', 'classWeights', 'ignoreIndex', 'fromLogits'], 'crossEntropy');
  const { labelSmoothing = 0, classWeights, fromLogits = false, ...ignore } = options;
  checkRange(labelSmoothing, 0, 1, 'crossEntropy: labelSmoothing');
  const weights = readClassWeights(classWeights, 'crossEntropy: classWeights');
  return classLoss('crossEntropy', { ...ignore, fromLogits, weights }, (yTrue, logP) =>
    mul(smoothLabels(yTrue, labelSmoothing, classesOf(yTrue)), logP),
  );
}
