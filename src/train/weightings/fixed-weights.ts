import { tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, SomeTasks, Weighting } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';
import { weightedLoss } from './tasks';

/**
 * The weighted sum of the tasks' losses, each with its own constant: L = sum over k of w_k L_k.
 *
 * A task left out of `weights` has weight 1, so `fixedWeights()` is the plain sum. A task without labels in the batch
 * adds nothing and the other weights stay as they are.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} for a weight that is negative or not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, fixedWeights } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: fixedWeights({ segmentation: 0.5 }),
 * });
 * ```
 */
export function fixedWeights<T extends string = AnyTask>(weights: SomeTasks<T, number> = {}): Weighting<T> {
  const byTask = readTaskNumbers<T>(weights, [0, Number.MAX_VALUE], 'fixedWeights: weight');
  return {
    name: 'fixedWeights',
    tasks: [...byTask.keys()],
    combine: (losses) => tidy(() => weightedLoss(losses, (task) => byTask.get(task) ?? 1)),
  };
}
