import { tidy } from '@tensorflow/tfjs-core';
import { checkFunction, checkRecord } from '../../internal/check-kinds';
import type { AnyTask, Progress, SomeTasks, Weighting } from '../../types';
import { weightedLoss } from './tasks';

/**
 * The weighted sum of the losses with weights that are a function of the step and the epoch: to warm a task up, to
 * train on one after the other, or on one per step.
 *
 * A task left out has weight 1.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} at the step whose weights hold one that is negative or not finite.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, scheduledWeights } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   // The classifier comes in over the first ten epochs.
 *   weighting: scheduledWeights(({ epoch }) => ({ classification: Math.min(1, epoch / 10) })),
 * });
 * ```
 */
export function scheduledWeights<T extends string = AnyTask>(
  schedule: (progress: Progress) => SomeTasks<T, number>,
): Weighting<T> {
  checkFunction(schedule, 'scheduledWeights: schedule', '({ epoch }) => ({ mask: 1 / (1 + epoch) })');
  return {
    name: 'scheduledWeights',
    combine(losses, progress) {
      const weights = schedule(progress);
      checkRecord(weights, 'scheduledWeights: what the schedule returns');
      for (const [task, weight] of Object.entries<number | undefined>(weights)) {
        if (weight !== undefined && !(weight >= 0 && Number.isFinite(weight))) {
          throw new RangeError(
            `scheduledWeights: weight of '${task}' at step ${progress.step} of epoch ${progress.epoch} must be finite ` +
              `and not negative, got ${weight}.`,
          );
        }
      }
      return tidy(() => weightedLoss(losses, (task) => weights[task] ?? 1));
    },
  };
}
