import { mul } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { classLoss } from './class-loss';
import { classesOf, readClassWeights } from './class-weights';
import type { CrossEntropyOptions } from './cross-entropy';
import { smoothLabels } from './smooth-labels';

/** Those of `crossEntropy`; `ignoreIndex` may be the number of a class too. */
export type SparseCrossEntropyOptions = CrossEntropyOptions;

/**
 * Categorical cross-entropy of each sample whose labels are numbers of classes, from 0.
 *
 * `mean(-w_y log p_y)`, w from `classWeights`, the mean over all axes between the batch and the classes: `crossEntropy` of
 * one-hot labels that need not be made.
 *
 * `yTrue`: `[batch, ..., 1]`, whole numbers; `yPred`: `[batch, ..., classes]`; in nats. `ignoreIndex` is left out of the mean;
 * any other number that is no class is refused by a trainer and, where labels are at hand, by the loss.
 *
 * Keras's `SparseCategoricalCrossentropy(ignore_class)` and torch's `CrossEntropyLoss(ignore_index, label_smoothing)`
 * with `fromLogits: true`, of one sample. With `classWeights`, torch divides by the weights' sum, see `crossEntropy`.
 *
 * @throws {RangeError} for an unknown option, a label smoothing outside [0, 1] or a negative weight; when the loss is
 * called, where the shapes do not fit, for fewer than 2 classes or not one for each weight.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { sparseCrossEntropy } from 'tfjs-multitask/losses';
 *
 * sparseCrossEntropy()(tensor2d([[1]]), tensor2d([[0.25, 0.5, 0.25]])); // [0.693147]
 * ```
 */
export function sparseCrossEntropy(options: SparseCrossEntropyOptions = {}): Loss {
  checkOptions(options, ['labelSmoothing', 'classWeights', 'ignoreIndex', 'fromLogits'], 'sparseCrossEntropy');
  const { labelSmoothing = 0, classWeights, fromLogits = false, ...ignore } = options;
  checkRange(labelSmoothing, 0, 1, 'sparseCrossEntropy: labelSmoothing');
  const weights = readClassWeights(classWeights, 'sparseCrossEntropy: classWeights');
  const traits = { ...ignore, fromLogits, weights, classNumbers: true } as const;
  return classLoss('sparseCrossEntropy', traits, (yTrue, logP) =>
    mul(smoothLabels(yTrue, labelSmoothing, classesOf(yTrue)), logP),
  );
}
