import { clipByValue, log, mul, softplus, sub, type Tensor } from '@tensorflow/tfjs-core';
import { EPSILON } from './epsilon';

/** Probabilities within [EPSILON, 1 - EPSILON]: their logarithms and powers have finite gradients. */
export function clipProbabilities(probabilities: Tensor): Tensor {
  return clipByValue(probabilities, EPSILON, 1 - EPSILON);
}

/** `-y log p - (1 - y) log(1 - p)` of each element; `probabilities` must be clipped. */
export function elementwiseBce(yTrue: Tensor, probabilities: Tensor): Tensor {
  const negative = mul(sub(yTrue, 1), log(sub(1, probabilities)));
  return sub(negative, mul(yTrue, log(probabilities)));
}

/** The same from `x = log(p / (1 - p))`: `log(1 + e^x) - x y`, finite for every finite `x`. */
export function elementwiseBceFromLogits(yTrue: Tensor, logits: Tensor): Tensor {
  return sub(softplus(logits), mul(logits, yTrue));
}
