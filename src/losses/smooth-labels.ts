import { add, mul, type Tensor } from '@tensorflow/tfjs-core';

/** Takes the share `amount` of the labels' weight and spreads it evenly over `classes` classes. */
export function smoothLabels(labels: Tensor, amount: number, classes: number): Tensor {
  return amount === 0 ? labels : add(mul(labels, 1 - amount), amount / classes);
}
