import { grad, sum, type TensorLike, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Loss } from '../../src/types';

/** The losses of nested arrays, as numbers. */
export function evaluate(loss: Loss, yTrue: TensorLike, yPred: TensorLike): number[] {
  return tidy(() => Array.from(loss(tensor(yTrue), tensor(yPred)).dataSync()));
}

/** The gradient of their sum with respect to the predictions, flattened. */
export function gradient(loss: Loss, yTrue: TensorLike, yPred: TensorLike): number[] {
  return tidy(() => Array.from(grad((p) => sum(loss(tensor(yTrue), p)))(tensor(yPred)).dataSync()));
}
