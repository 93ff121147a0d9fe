import { type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import { checkRange } from '../internal/check';

/** Checks weights of classes; returns what makes a tensor of them for so many classes. */
export function readClassWeights(
  weights: readonly number[] | undefined,
  option: string,
): (classes: number) => Tensor1D | undefined {
  if (weights !== undefined && !Array.isArray(weights)) {
    throw new TypeError(`${option} must be an array with one weight per class, got ${typeof weights}.`);
  }
  return readWeights(weights, option);
}

/** Checks weights of classes, one for all or one for each; returns what makes a tensor of them for so many classes. */
export function readWeights(
  weights: number | readonly number[] | undefined,
  option: string,
): (classes: number) => Tensor1D | undefined {
  if (weights === undefined) return () => undefined;
  if (typeof weights !== 'number' && !Array.isArray(weights)) {
    throw new TypeError(`${option} must be a number or an array with one weight per class, got ${typeof weights}.`);
  }
  const each: readonly number[] = typeof weights === 'number' ? [weights] : [...weights];
  for (const weight of each) checkRange(weight, 0, Number.POSITIVE_INFINITY, option);
  return (classes) => {
    if (typeof weights !== 'number' && each.length !== classes) {
      throw new RangeError(`${option} must hold one weight per class, got ${each.length} for ${classes}.`);
    }
    return tensor1d([...each]);
  };
}

/** The length of the last axis; a tensor of rank 1 has one class. */
export const classesOf = ({ shape }: { readonly shape: readonly number[] }): number =>
  shape.length > 1 ? shape[shape.length - 1] : 1;
