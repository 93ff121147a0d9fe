import { add, addN, div, exp, log, type Scalar, tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, Weighting } from '../../types';
import { lossEntries } from './tasks';

/** Keeps the logarithm of a loss of 0, and its gradient, finite. */
const EPSILON = 1e-8;

/**
 * The geometric mean of the losses: L = (product over k of L_k)^(1/K), K being the tasks that the batch has labels for.
 *
 * A relative change of any loss counts the same, whatever its scale.
 *
 * The losses must not be negative: the joint loss is NaN then. Source: Chennupati et al., "MultiNet++: multi-stream
 * feature aggregation and geometric loss strategy for multi-task learning", 2019, arXiv:1904.08492.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, geometricLoss } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: geometricLoss(),
 * });
 * ```
 */
export function geometricLoss<T extends string = AnyTask>(): Weighting<T> {
  return {
    name: 'geometricLoss',
    combine: (losses) =>
      tidy(() => {
        const logs = lossEntries(losses).map(([, loss]) => log(add(loss, EPSILON)));
        return exp(div(addN(logs), logs.length)) as Scalar;
      }),
  };
}
