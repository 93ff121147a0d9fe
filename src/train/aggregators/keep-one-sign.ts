import {
  add,
  greater,
  matMul,
  minimum,
  mul,
  relu,
  reshape,
  sub,
  sum,
  type Tensor1D,
  type Tensor2D,
  tensor2d,
  tidy,
  where,
} from '@tensorflow/tfjs-core';

/**
 * The sum of what is left of the gradients `[K, n]` where each element keeps those of one sign, the positive one where
 * its purity exceeds its `draws` `[n]`. `leak`: a share for each row.
 */
export function keepOneSign(gradients: Tensor2D, draws: Tensor1D, leak: readonly number[]): Tensor1D {
  return tidy(() => {
    const positive: Tensor2D = relu(gradients);
    const negative: Tensor2D = minimum(gradients, 0);
    const [up, down] = [sum(positive, 0), sum(negative, 0)];
    // P = (1 + sum g / sum |g|) / 2 = up / (up - down), which is 0 / 0 where all gradients are 0.
    const isUp = greater(up, mul(draws, sub(up, down)));
    const total = (rows: Tensor2D, shares: readonly number[]): Tensor1D =>
      reshape(matMul(tensor2d([...shares], [1, shares.length]), rows), [-1]);
    const kept = leak.map((share) => 1 - share);
    return add(where(isUp, total(positive, kept), total(negative, kept)), total(gradients, leak));
  });
}
