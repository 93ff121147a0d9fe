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
  tensor1d,
  tensor2d,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { checkInteger, checkRange } from '../../internal/check';
import { random } from '../../internal/random';
import type { ElementwiseAggregator, SomeTasks } from '../../types';

export interface GradDropOptions<T extends string> {
  /** The signs are a function of this, of the step and of the place. Default 0. */
  readonly seed?: number;
  /** The share of a task's gradient that passes whatever its sign, in [0, 1]. A task left out has 0. */
  readonly leak?: SomeTasks<T, number>;
}

/** Below 1, so that a sign that all gradients share is always kept: 24 bits are what a float32 holds. */
function drawUniform(count: number, seed: number, step: number, place: number): Tensor1D {
  const stream = random(seed, 'gradDrop', step, place);
  return tensor1d(Float32Array.from({ length: count }, () => (stream.bits() >>> 8) / 0x1000000));
}

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

/**
 * GradDrop: every element of the joint gradient keeps the tasks' gradients of one sign, the positive one with the
 * probability P = (1 + sum of g_k / sum of |g_k|) / 2:
 * sum over k of (l_k + (1 - l_k) [g_k has the sign]) g_k, l_k the task's leak.
 *
 * Its mean over the draws favours elements on whose sign the tasks agree; where all agree it is the sum. At the
 * representation every sample's elements have signs of their own. No weights of whole gradients can say this, so
 * `diagnostics()` records lengths and cosines but no weights. Source: Chen et al., "Just pick a sign: optimizing deep
 * multitask models with gradient sign dropout", 2020, arXiv:2010.06808, algorithm 1.
 *
 * @throws RangeError for a seed that is not an integer of at least 0, or a leak outside [0, 1].
 * @example
 * createTrainer(model, { optimizer, losses, aggregator: gradDrop({ seed: 1 }), gradientsAt: 'representation' });
 */
export function gradDrop<T extends string = string>({
  seed = 0,
  leak = {},
}: GradDropOptions<T> = {}): ElementwiseAggregator<T> {
  checkInteger(seed, 0, 'gradDrop: seed');
  const shares = new Map(Object.entries(leak) as [T, number][]);
  for (const [task, share] of shares) checkRange(share, 0, 1, `gradDrop: leak of '${task}'`);
  return {
    name: 'gradDrop',
    tasks: [...shares.keys()],
    join: (gradients, tasks, { step, place }) =>
      tidy(() => {
        const draws = drawUniform(gradients.shape[1], seed, step, place);
        return keepOneSign(
          gradients,
          draws,
          tasks.map((task) => shares.get(task) ?? 0),
        );
      }),
  };
}
