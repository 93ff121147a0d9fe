import { addN, exp, mul, type Scalar, sub, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { Weighting } from '../../types';
import { checkTaskNames, learnedNumber, lossEntries, requireTask } from './tasks';

/**
 * IMTL-L: scales the losses to one size, L = sum over k of exp(s_k) L_k - s_k, with s_k learned from 0; at equilibrium
 * exp(s_k) L_k = 1 for every task.
 *
 * For positive losses. A task absent from a batch adds neither its loss nor its s_k. Source: Liu et al., "Towards
 * impartial multi-task learning", 2021, https://openreview.net/forum?id=IMPnRXEWpvr, section 3.2.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} where no task is named or one twice, or at the first step for a task that was not named.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, imtlL } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: imtlL(model.tasks),
 * });
 * ```
 */
export function imtlL<T extends string>(tasks: readonly T[]): Weighting<T> {
  checkTaskNames(tasks, 'imtlL');
  const scales = new Map<string, Variable>(tasks.map((task) => [task, learnedNumber('imtlL')]));
  return {
    name: 'imtlL',
    tasks,
    variables: [...scales.values()],
    combine: (losses) =>
      tidy(() => {
        const terms = lossEntries(losses).map(([task, loss]) => {
          const s = requireTask(scales, task, 'imtlL');
          return sub(mul(exp(s), loss), s);
        });
        return addN(terms) as Scalar;
      }),
  };
}
