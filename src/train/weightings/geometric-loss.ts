import { add, addN, div, exp, log, type Scalar, tidy } from '@tensorflow/tfjs-core';
import type { AnyTask, Weighting } from '../../types';
import { lossEntries } from './tasks';

/** Keeps the logarithm of a loss of 0, and its gradient, finite. */
const EPSILON = 1e-8;

/**
 * The geometric mean of the losses: L = (product over k of L_k)^(1/K), K being the tasks that the batch has labels for.
 * A relative change of any loss counts the same, whatever its scale.
 *
 * The losses must not be negative: the joint loss is NaN then. Source: Chennupati et al., "MultiNet++: multi-stream
 * feature aggregation and geometric loss strategy for multi-task learning", 2019, arXiv:1904.08492.
 *
 * @example
 * createTrainer(model, { optimizer, losses, weighting: geometricLoss() });
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
