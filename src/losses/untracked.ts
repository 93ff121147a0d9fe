import { customGrad, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** Computes something that gradients take for a constant: nothing of it is kept for a backward pass. */
export function untracked(input: Tensor, compute: (input: Tensor) => Tensor): Tensor {
  const { shape } = input;
  // Of the shape alone: the input may have been disposed by the time of the backward pass.
  const op = customGrad((x) => ({ value: compute(x as Tensor), gradFunc: () => zeros(shape) }));
  return op(input);
}
