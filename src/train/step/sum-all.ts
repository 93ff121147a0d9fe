import { addN, engine, type Scalar, scalar, square, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { hasKernel } from '../../internal/has-kernel';

const KERNEL = 'SumAll';

/**
 * The sum of all numbers of all tensors, or of their squares; 0 of none. NaN or infinity in any of them makes it NaN or
 * infinite. One kernel where the backend has it (`simd` does), in place of one or two per tensor.
 */
export function sumAll(tensors: readonly Tensor[], { squares = false } = {}): Scalar {
  if (hasKernel(KERNEL)) {
    return engine().runKernel(KERNEL, { ...tensors } as never, { squares }) as Scalar;
  }
  return tidy(() => addN([scalar(0), ...tensors.map((tensor) => sum(squares ? square(tensor) : tensor))])) as Scalar;
}
