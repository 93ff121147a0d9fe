import { add, addN, exp, mul, neg, type Scalar, tidy, type Variable } from '@tensorflow/tfjs-core';
import { checkChoice } from '../../internal/check';
import { checkRecord } from '../../internal/check-kinds';
import type { ByTask, Weighting } from '../../types';
import { checkTaskNames, learnedNumber, lossEntries, requireTask } from './tasks';

/** What a task's loss is the negative log-likelihood of: a normal distribution, or a softmax. */
export type TaskKind = 'regression' | 'classification';

/**
 * Weights by the tasks' learned uncertainty: L = sum over k of c_k exp(-s_k) L_k + s_k / 2, with s_k = log sigma_k^2
 * learned from 0, and c_k = 1/2 for regression (a squared error), 1 for classification (a cross entropy).
 *
 * A task absent from a batch adds neither its loss nor its s_k. The joint loss may become negative. Source: Kendall, Gal,
 * Cipolla, "Multi-task learning using uncertainty to weigh losses for scene geometry and semantics", 2018,
 * arXiv:1705.07115, equations 7 and 10.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} for an unknown kind, or at the first step for a task that no kind was given for.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, mse } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, uncertainty } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['reconstruction', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { reconstruction: mse(), classification: bce() },
 *   weighting: uncertainty({ reconstruction: 'regression', classification: 'classification' }),
 * });
 * ```
 */
export function uncertainty<T extends string>(kinds: ByTask<T, TaskKind>): Weighting<T> {
  checkRecord(kinds, 'uncertainty: kinds');
  const entries = Object.entries<TaskKind>(kinds);
  checkTaskNames(Object.keys(kinds), 'uncertainty');
  for (const [task, kind] of entries) {
    checkChoice(kind, ['regression', 'classification'], `uncertainty: the kind of '${task}'`);
  }
  const known = new Map<string, { readonly factor: number; readonly logVariance: Variable }>(
    entries.map(([task, kind]) => [
      task,
      { factor: kind === 'regression' ? 0.5 : 1, logVariance: learnedNumber('uncertainty') },
    ]),
  );
  return {
    name: 'uncertainty',
    tasks: Object.keys(kinds) as T[],
    variables: [...known.values()].map(({ logVariance }) => logVariance),
    combine: (losses) =>
      tidy(() => {
        const terms = lossEntries(losses).map(([task, loss]) => {
          const { factor, logVariance } = requireTask(known, task, 'uncertainty');
          return add(mul(mul(exp(neg(logVariance)), loss), factor), mul(logVariance, 0.5));
        });
        return addN(terms) as Scalar;
      }),
  };
}
