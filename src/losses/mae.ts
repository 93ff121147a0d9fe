import { sub } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { absolute } from './absolute';
import { defineMeanLoss, type IgnoreOptions } from './define-loss';

/** Options of {@link mae}. */
export type MaeOptions = IgnoreOptions;

/**
 * Mean absolute error of each sample.
 *
 * `mean(|yTrue - yPred|)`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in any unit; the loss is in the same unit. Equals the mean of Keras's
 * `MeanAbsoluteError` and of torch's `L1Loss` over one sample. The gradient is 0 where the two agree.
 *
 * @throws {RangeError} for an unknown option; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { mae } from 'tfjs-multitask/losses';
 *
 * mae()(tensor2d([[0, 1]]), tensor2d([[0, 0.5]])); // [0.25]
 * ```
 */
export function mae(options: MaeOptions = {}): Loss {
  checkOptions(options, ['ignoreIndex'], 'mae');
  return defineMeanLoss('mae', options, (yTrue, yPred) => absolute(sub(yPred, yTrue)));
}
