import { cast, greater, mul, neg, oneHot, squeeze, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import type { Loss } from '../types';
import { classesOf } from './class-weights';
import { defineLossOfLogits, type IgnoreOptions } from './define-loss';
import { logProbabilities } from './log-probabilities';
import { meanOverElements } from './mean-over-elements';

interface ClassLoss extends IgnoreOptions {
  readonly fromLogits: boolean;
  readonly classNumbers?: true | undefined;
  /** Makes the weights of so many classes. */
  readonly weights: (classes: number) => Tensor1D | undefined;
}

/** A row for each number of a class: 1 in its place, 0 elsewhere. */
function asRows(numbers: Tensor, classes: number): Tensor {
  return cast(oneHot(cast(squeeze(numbers, [-1]), 'int32'), classes), 'float32');
}

/**
 * Makes a loss between exclusive classes of its gain for each class, `[batch, ..., classes]`: the mean over the pixels of
 * `-sum_c w_c gain_c`. Pixels whose label is a row of zeros have none and do not count.
 */
export function classLoss(
  name: string,
  { weights, ...traits }: ClassLoss,
  gain: (yTrue: Tensor, logP: Tensor) => Tensor,
): Loss {
  const ofSoftmax = { ...traits, activation: 'softmax', takes: ['distribution'], exclusive: true } as const;
  return defineLossOfLogits(name, ofSoftmax, (labels, yPred, weight, areLogits) => {
    // A number that is no class has a row of zeros.
    const yTrue = traits.classNumbers ? asRows(labels, classesOf(yPred)) : labels;
    const gains = gain(yTrue, logProbabilities(yPred, areLogits, name));
    const ofClasses = weights(classesOf(yPred));
    const labelled = cast(greater(sum(yTrue, -1, true), 0), 'float32');
    const cost = neg(sum(ofClasses ? mul(gains, ofClasses) : gains, -1, true));
    return meanOverElements(cost, weight ? mul(weight, labelled) : labelled);
  });
}
