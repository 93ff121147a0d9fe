import { squaredDifference } from '@tensorflow/tfjs-core';
import { checkOptions } from '../internal/check-options';
import type { Loss } from '../types';
import { defineMeanLoss, type IgnoreOptions } from './define-loss';

/** Options of {@link mse}. */
export type MseOptions = IgnoreOptions;

/**
 * Mean squared error of each sample.
 *
 * `mean((yTrue - yPred)^2)`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in any unit; the loss is in that unit squared. Equals the mean of
 * Keras's `MeanSquaredError` and of torch's `MSELoss` over one sample.
 *
 * @throws {RangeError} for an unknown option; when the loss is called, where the shapes differ.
 * @throws {TypeError} where an argument of the loss is not a tensor.
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import { mse } from 'tfjs-multitask/losses';
 *
 * mse()(tensor2d([[0, 1]]), tensor2d([[0, 0.5]])); // [0.125]
 * ```
 */
export function mse(options: MseOptions = {}): Loss {
  checkOptions(options, ['ignoreIndex'], 'mse');
  return defineMeanLoss('mse', options, (yTrue, yPred) => squaredDifference(yTrue, yPred));
}
