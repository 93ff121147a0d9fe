import { add, mul, neg, softplus, sub, type Tensor } from '@tensorflow/tfjs-core';
import { logComplement, logProbability } from './log-probability';

/** `-w y log p - (1 - y) log(1 - p)` of each element; `positive` is w, 1 where left out. */
export function elementwiseBce(yTrue: Tensor, probabilities: Tensor, positive?: Tensor): Tensor {
  const ofNegatives = mul(sub(yTrue, 1), logComplement(probabilities));
  const ofPositives = mul(yTrue, logProbability(probabilities));
  return sub(ofNegatives, positive ? mul(ofPositives, positive) : ofPositives);
}

/** The same from `x = log(p / (1 - p))`: `log(1 + e^x) - x y` where w is 1, finite for every finite `x`. */
export function elementwiseBceFromLogits(yTrue: Tensor, logits: Tensor, positive?: Tensor): Tensor {
  if (positive === undefined) return sub(softplus(logits), mul(logits, yTrue));
  const share = add(mul(sub(positive, 1), yTrue), 1);
  return add(mul(sub(1, yTrue), logits), mul(share, softplus(neg(logits))));
}
