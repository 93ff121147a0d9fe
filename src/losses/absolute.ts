import { mul, sign, type Tensor } from '@tensorflow/tfjs-core';

/** `|x|` with the slope 0 at 0. That of `abs` is -1 there, which would push an exact prediction away. */
export function absolute(x: Tensor): Tensor {
  return mul(x, sign(x));
}
