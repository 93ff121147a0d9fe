import { tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, SomeTasks, Weighting } from '../../types';
import { readTaskNumbers } from '../read-task-numbers';
import { weightedLoss } from './tasks';

/**
 * The weighted sum of the tasks' losses, each with its own constant: L = sum over k of w_k L_k. A task left out of
 * `weights` has weight 1, so `fixedWeights()` is the plain sum. A task without labels in the batch adds nothing and
 * the other weights stay as they are.
 *
 * @throws RangeError for a weight that is negative or not finite.
 * @example
 * createTrainer(model, { optimizer, losses, weighting: fixedWeights({ reconstruction: 0.5 }) });
 */
export function fixedWeights<T extends string = AnyTask>(weights: SomeTasks<T, number> = {}): Weighting<T> {
  const byTask = readTaskNumbers<T>(weights, [0, Number.MAX_VALUE], 'fixedWeights: weight');
  return {
    name: 'fixedWeights',
    tasks: [...byTask.keys()],
    combine: (losses) => tidy(() => weightedLoss(losses, (task) => byTask.get(task) ?? 1)),
  };
}
