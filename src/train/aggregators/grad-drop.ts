import { type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { random } from '../../internal/random';
import type { AnyTask, ElementwiseAggregator, SomeTasks } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';
import { keepOneSign } from './keep-one-sign';

/** Options of {@link gradDrop}. */
export interface GradDropOptions<T extends string> {
  /** The signs are a function of this, of the step and of the place. Default: 0. */
  readonly seed?: number | undefined;
  /** The share of a task's gradient that passes whatever its sign, in [0, 1]. Default: 0 for each task. */
  readonly leak?: SomeTasks<T, number> | undefined;
}

/** Below 1, so that a sign that all gradients share is always kept: 24 bits are what a float32 holds. */
function drawUniform(count: number, seed: number, step: number, place: number): Tensor1D {
  const stream = random(seed, 'gradDrop', step, place);
  return tensor1d(Float32Array.from({ length: count }, () => (stream.bits() >>> 8) / 0x1000000));
}

/**
 * GradDrop: every element of the joint gradient keeps the tasks' gradients of one sign, the positive one with the
 * probability P = (1 + sum of g_k / sum of |g_k|) / 2:
 * sum over k of (l_k + (1 - l_k) [g_k has the sign]) g_k, l_k the task's leak.
 *
 * Its mean over the draws favours elements on whose sign the tasks agree; where all agree it is the sum. At the
 * representation every sample's elements have their own signs. Weights of whole gradients cannot express this, so
 * `diagnostics()` records lengths and cosines but no weights. Source: Chen et al., "Just pick a sign: optimizing deep
 * multitask models with gradient sign dropout", 2020, arXiv:2010.06808, algorithm 1.
 *
 * K gradients of one shape -> one of that shape, `[K, ...]` -> `[...]`.
 *
 * @throws {RangeError} for a seed that is not an integer of at least 0, or a leak outside [0, 1].
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, gradDrop } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: gradDrop({ seed: 1 }),
 *   gradientsAt: 'representation',
 * });
 * ```
 */
export function gradDrop<T extends string = AnyTask>(options: GradDropOptions<T> = {}): ElementwiseAggregator<T> {
  checkOptions(options, ['seed', 'leak'], 'gradDrop');
  const { seed = 0, leak = {} } = options;
  checkInteger(seed, 0, 'gradDrop: seed');
  const shares = readTaskNumbers<T>(leak, [0, 1], 'gradDrop: leak');
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
