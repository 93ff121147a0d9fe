import { customGrad, engine, type GradSaveFunc, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';
import { hasKernel } from '../../internal/has-kernel';

const NORMALIZE = 'GroupNormalize';
const NORMALIZE_GRAD = 'GroupNormalizeGrad';

/**
 * Which numbers are normalized together: x is `[outer, ..., channels]`, and each outer index and group has its own
 * moments.
 */
interface Groups {
  readonly outer: number;
  readonly groups: number;
  readonly epsilon: number;
}

/** Whether the backend in use has kernels of its own for `fusedNorm` (`simd` has). */
export function canFuseNorm(x: Tensor): boolean {
  return x.size > 0 && x.dtype === 'float32' && hasKernel(NORMALIZE);
}

/**
 * `gamma (x - mean) / sqrt(variance + epsilon) + beta` with the mean and the population variance of each outer index
 * and group, in about a third of the passes over the feature map that ops would take. `onMoments` is called with both,
 * `[outer, groups]` each; no gradient flows through it, and it must not dispose them.
 */
export function fusedNorm(
  x: Tensor,
  gamma: Tensor,
  beta: Tensor,
  attrs: Groups,
  onMoments?: (mean: Tensor, variance: Tensor) => void,
): Tensor {
  const run = (name: string, inputs: NamedTensorMap) => engine().runKernel(name, inputs, { ...attrs }) as Tensor[];
  const op = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [input, scale, offset, save] = args as [Tensor, Tensor, Tensor, GradSaveFunc];
    const [value, mean, variance] = run(NORMALIZE, { x: input, gamma: scale, beta: offset });
    onMoments?.(mean, variance);
    save([input, scale, mean, variance]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [savedX, savedGamma, savedMean, savedVariance] = saved;
      return run(NORMALIZE_GRAD, { dy, x: savedX, gamma: savedGamma, mean: savedMean, variance: savedVariance });
    };
    return { value, gradFunc };
  });
  return op(x, gamma, beta);
}
