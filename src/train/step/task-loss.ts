import {
  broadcastTo,
  div,
  greater,
  mean,
  mul,
  reshape,
  type Scalar,
  sum,
  Tensor,
  type Tensor1D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Loss } from '../../types';

/** Throws unless a loss returned a number for each sample. */
function perSample(loss: Loss, yTrue: Tensor, yPred: Tensor): Tensor1D {
  const values: unknown = loss(yTrue, yPred);
  if (!(values instanceof Tensor)) {
    throw new TypeError(`A loss must return a tensor of one number per sample, got ${values}.`);
  }
  const [samples] = yTrue.shape;
  if (values.rank !== 1 || values.shape[0] !== samples) {
    throw new RangeError(`A loss must return one number per sample, shape [${samples}], got [${values.shape}].`);
  }
  return values as Tensor1D;
}

/**
 * The weighted mean of a task's loss over the samples that carry its label.
 *
 * A sample of weight 0 is replaced on both sides before the loss sees it: whatever its label holds (NaN included)
 * cannot reach the value, and its prediction gets a gradient of exactly zero. Masking the loss alone would not be
 * enough: 0 times NaN is NaN in the gradient.
 */
export function taskLoss(loss: Loss, yTrue: Tensor, yPred: Tensor, weight?: Tensor1D): Scalar {
  if (weight === undefined) return mean(perSample(loss, yTrue, yPred)) as Scalar;
  const labelled = greater(weight, 0);
  const column = reshape(labelled, [labelled.shape[0], ...yTrue.shape.slice(1).map(() => 1)]);
  const mask = broadcastTo(column, yTrue.shape);
  const losses = perSample(loss, where(mask, yTrue, zerosLike(yTrue)), where(mask, yPred, zerosLike(yPred)));
  return div(sum(mul(where(labelled, losses, zerosLike(losses)), weight)), sum(weight)) as Scalar;
}
