import {
  broadcastTo,
  div,
  greater,
  mean,
  mul,
  onesLike,
  reshape,
  type Scalar,
  sum,
  Tensor,
  type Tensor1D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Loss } from '../../types';

/** Throws unless the loss of a task returned a number for each sample. */
function perSample(task: string, loss: Loss, yTrue: Tensor, yPred: Tensor, weight?: Tensor): Tensor1D {
  const values: unknown = weight === undefined ? loss(yTrue, yPred) : loss(yTrue, yPred, weight);
  const of = `The loss of '${task}', called with yTrue of shape [${yTrue.shape}] and yPred of shape [${yPred.shape}]`;
  if (!(values instanceof Tensor)) {
    const what = values instanceof Promise ? 'a promise' : typeof values === 'number' ? `the number ${values}` : values;
    throw new TypeError(`${of}, must return a tensor of one number per sample, got ${what}.`);
  }
  const [samples] = yTrue.shape;
  if (values.rank === 1 && values.shape[0] === samples) return values as Tensor1D;
  const advice =
    values.rank === 0
      ? 'Leave the axis of samples: mean(error, axes) over the other axes only.'
      : values.shape[0] === samples
        ? 'Take the mean over all axes but the first.'
        : 'Its first axis must be that of the samples.';
  throw new RangeError(
    `${of}, must return one number per sample, shape [${samples}], got [${values.shape}]. ${advice}`,
  );
}

/** `values`, with zeros where `known`, which has an axis of 1 or of the same length for each of its axes, is false. */
function zeroUnknown(values: Tensor, known: Tensor): Tensor {
  return where(broadcastTo(known, values.shape), values, zerosLike(values));
}

/** A mask `[batch]` with as many axes as `values`. */
function asColumn(mask: Tensor, { shape }: Tensor): Tensor {
  return reshape(mask, [shape[0], ...shape.slice(1).map(() => 1)]);
}

/**
 * The weighted mean of a task's loss over the samples that carry its label, or over the elements whose label is known.
 * With a weight for each element a sample weighs the mean of its elements' weights, so that the mean of an elementwise
 * loss is that over all elements of the batch.
 *
 * What weighs 0 is replaced on both sides before the loss sees it: whatever its label holds (NaN included) cannot reach
 * the value, and its prediction gets a gradient of exactly zero. Masking the loss alone would not be enough: 0 times NaN
 * is NaN in the gradient.
 */
export function taskLoss(task: string, loss: Loss, yTrue: Tensor, yPred: Tensor, weight?: Tensor): Scalar {
  if (weight === undefined) return mean(perSample(task, loss, yTrue, yPred)) as Scalar;
  const ofSamples = weight.rank === 1 ? weight : mean(reshape(weight, [weight.shape[0], -1]), 1);
  const labelled = greater(ofSamples, 0);
  const known = (values: Tensor): Tensor => (weight.rank === 1 ? asColumn(labelled, values) : greater(weight, 0));
  // A sample without label weighs nothing below; ones in place of its zeros spare losses a mean over no elements.
  const ofElements =
    weight.rank === 1
      ? undefined
      : where(broadcastTo(asColumn(labelled, weight), weight.shape), weight, onesLike(weight));
  const losses = perSample(task, loss, zeroUnknown(yTrue, known(yTrue)), zeroUnknown(yPred, known(yPred)), ofElements);
  return div(sum(mul(zeroUnknown(losses, labelled), ofSamples)), sum(ofSamples)) as Scalar;
}
