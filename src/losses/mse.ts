import { squaredDifference } from '@tensorflow/tfjs-core';
import type { Loss } from '../types';
import { defineLoss } from './define-loss';

/**
 * Mean squared error of each sample.
 *
 * `mean((yTrue - yPred)^2)`, the mean over all but the batch axis.
 *
 * `yTrue`, `yPred`: `[batch, ...]` of one shape, in any unit; the loss is in that unit squared. Equals the mean of
 * Keras's `MeanSquaredError` and of torch's `MSELoss` over one sample.
 *
 * @throws when the loss is called: RangeError where the shapes differ, TypeError where an argument is not a tensor.
 * @example
 * ```ts
 * mse()(tensor2d([[0, 1]]), tensor2d([[0, 0.5]])); // [0.125]
 * ```
 */
export function mse(): Loss {
  return defineLoss('mse', {}, (yTrue, yPred) => squaredDifference(yTrue, yPred));
}
