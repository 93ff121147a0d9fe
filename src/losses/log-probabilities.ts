import { clipByValue, div, log, logSoftmax, sum, type Tensor } from '@tensorflow/tfjs-core';
import { EPSILON } from './epsilon';

/**
 * The logarithms of the classes' probabilities, classes in the last axis. Probabilities are clipped from below and
 * divided by their sum, so that a row that does not sum to 1, even one of zeros, is a distribution.
 */
export function logProbabilities(yPred: Tensor, fromLogits: boolean, name: string): Tensor {
  const classes = yPred.rank > 1 ? yPred.shape[yPred.rank - 1] : 1;
  if (classes < 2) {
    throw new RangeError(
      `${name}: the last axis must hold at least 2 classes, got shape [${yPred.shape}]. Use the binary loss for one.`,
    );
  }
  if (fromLogits) return logSoftmax(yPred);
  const clipped = clipByValue(yPred, EPSILON, Number.POSITIVE_INFINITY);
  return log(div(clipped, sum(clipped, -1, true)));
}
