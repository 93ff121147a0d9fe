import { customGrad, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/** Computes something that gradients take for a constant: nothing of it is kept for a backward pass. */
export function untracked(input: Tensor, compute: (input: Tensor) => Tensor): Tensor {
  const op = customGrad((x) => ({ value: compute(x as Tensor), gradFunc: () => zerosLike(input) }));
  return op(input);
}
