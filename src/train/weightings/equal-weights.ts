import { tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, Weighting } from '../../types';
import { lossEntries, weightedLoss } from './tasks';

/**
 * The mean of the tasks' losses, L = 1/K sum over k of L_k, K being the tasks that the batch has labels for: a batch
 * with fewer of them makes steps of the same size. (`fixedWeights()` is the sum.)
 *
 * @example
 * createTrainer(model, { optimizer, losses, weighting: equalWeights() });
 */
export function equalWeights<T extends string = AnyTask>(): Weighting<T> {
  return {
    name: 'equalWeights',
    combine: (losses) => tidy(() => weightedLoss(losses, () => 1 / lossEntries(losses).length)),
  };
}
