import { tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, Weighting } from '../../types';
import { lossEntries, weightedLoss } from './tasks';

/**
 * The mean of the tasks' losses, L = 1/K sum over k of L_k, K being the tasks that the batch has labels for.
 *
 * A batch with fewer of them makes steps of the same size. `fixedWeights()` is the sum.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, equalWeights } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: equalWeights(),
 * });
 * ```
 */
export function equalWeights<T extends string = AnyTask>(): Weighting<T> {
  return {
    name: 'equalWeights',
    combine: (losses) => tidy(() => weightedLoss(losses, () => 1 / lossEntries(losses).length)),
  };
}
