import { add, div, mul, sub, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Smoothing } from './region-loss';
import type { Regions } from './regions';

/** `1 - (tp + s_n) / (tp + alpha fp + beta fn + s_d)` for each sample and class. */
export function tverskyDistance(
  { truePositives, target, predicted }: Regions,
  smooth: Smoothing,
  { alpha, beta }: { alpha: number; beta: number },
): Tensor2D {
  const falsePositives = sub(predicted, truePositives);
  const falseNegatives = sub(target, truePositives);
  const errors = add(mul(falsePositives, alpha), mul(falseNegatives, beta));
  const denominator = add(add(truePositives, errors), smooth.denominator);
  return sub(1, div(add(truePositives, smooth.numerator), denominator));
}
