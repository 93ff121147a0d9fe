import { add, customGrad, type GradSaveFunc, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * `(x - mean) / sqrt(variance + epsilon)` over `axes`, with the population variance. The gradient is written out, `dx =
 * (dy - mean(dy) - y mean(dy y)) / sqrt(variance + epsilon)`: the gradients of the ops, one after the other, would take
 * about twice the passes over the feature map.
 */
export function normalize(x: Tensor, axes: number[], epsilon: number): Tensor {
  const op = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
    const [input, save] = args as [Tensor, GradSaveFunc];
    // Twice, as a mean that is large is off by more than its deviations may allow.
    const near = sub(input, mean(input, axes, true));
    const centred = sub(near, mean(near, axes, true));
    const scale = rsqrt(add(mean(square(centred), axes, true), epsilon));
    const value = mul(centred, scale);
    save([value, scale]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [y, inverse] = saved;
      const along = mul(y, mean(mul(dy, y), axes, true));
      return mul(inverse, sub(sub(dy, mean(dy, axes, true)), along));
    };
    return { value, gradFunc };
  });
  return op(x);
}
