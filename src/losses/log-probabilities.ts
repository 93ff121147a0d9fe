import { clipByValue, log, logSoftmax, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { classesOf } from './class-weights';
import { EPSILON } from './epsilon';
import { logShare } from './log-probability';

/**
 * The logarithms of the classes' probabilities, classes in the last axis. Probabilities are clipped from below and
 * divided by their sum, so that a row that does not sum to 1, even one of zeros, is a distribution.
 */
export function logProbabilities(yPred: Tensor, fromLogits: boolean, name: string): Tensor {
  if (classesOf(yPred) < 2) {
    throw new RangeError(
      `${name}: the last axis must hold at least 2 classes, got shape [${yPred.shape}]. Use the binary loss for one.`,
    );
  }
  if (fromLogits) return logSoftmax(yPred);
  return sub(logShare(yPred), log(sum(clipByValue(yPred, EPSILON, Number.POSITIVE_INFINITY), -1, true)));
}
