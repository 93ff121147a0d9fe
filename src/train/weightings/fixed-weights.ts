import { tidy } from '@tensorflow/tfjs-core';
import { checkRange } from '../../internal/check';
import type { SomeTasks, Weighting } from '../../types';
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
export function fixedWeights<T extends string>(weights: SomeTasks<T, number> = {}): Weighting<T> {
  const entries = Object.entries(weights) as [T, number][];
  for (const [task, weight] of entries) checkRange(weight, 0, Number.MAX_VALUE, `fixedWeights: weight of '${task}'`);
  const byTask = new Map<string, number>(entries);
  return {
    name: 'fixedWeights',
    tasks: [...byTask.keys()] as T[],
    combine: (losses) => tidy(() => weightedLoss(losses, (task) => byTask.get(task) ?? 1)),
  };
}
