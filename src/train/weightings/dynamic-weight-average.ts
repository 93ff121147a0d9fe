import { tidy } from '@tensorflow/tfjs-core';
import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { finite, listOf, recordOf } from '../../internal/readers';
import type { AnyTask, SomeTasks, Weighting } from '../../types';
import { softmax } from './softmax';
import { weightedLoss } from './tasks';

/** Options of {@link dynamicWeightAverage}. */
export interface DynamicWeightAverageOptions {
  /** Larger values make the weights more alike. Default: 2, the paper's. */
  readonly temperature?: number | undefined;
}

const readMeans = recordOf(listOf(finite(), 2));

/**
 * Weights by how slowly each loss has been falling: w_k = K softmax(r_k / temperature), r_k = L_k(t - 1) / L_k(t - 2) of
 * the means over the last two epochs; r_k = 1 until a task has two, and after an epoch whose mean was 0.
 *
 * Over the K tasks that have been seen in any epoch, so that a batch without one does not change the others' weights;
 * an epoch without a task, or whose mean is not finite, leaves its two means as they are. Source: Liu, Johns, Davison,
 * "End-to-end multi-task learning with attention", 2019, arXiv:1803.10704, equation 7.
 *
 * Losses L `[K]`, a scalar of each task that has labels -> one scalar.
 *
 * @throws {RangeError} for a temperature that is not positive.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, dynamicWeightAverage } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   weighting: dynamicWeightAverage(),
 * });
 * ```
 */
export function dynamicWeightAverage<T extends string = AnyTask>(
  options: DynamicWeightAverageOptions = {},
): Weighting<T> {
  checkOptions(options, ['temperature'], 'dynamicWeightAverage');
  const { temperature = 2 } = options;
  checkNumber(temperature, 'dynamicWeightAverage: temperature');
  if (!(temperature > 0)) {
    throw new RangeError(`dynamicWeightAverage: temperature must be positive, got ${temperature}.`);
  }
  /** The last two means of each task, the newer one last. */
  let means: { readonly [task: string]: readonly number[] } = {};
  return {
    name: 'dynamicWeightAverage',
    combine(losses) {
      const tasks = [...new Set([...Object.keys(means), ...Object.keys(losses)])];
      const ratios = tasks.map((task) => ratioOf(means[task]));
      const shares = softmax(ratios.map((ratio) => ratio / temperature));
      return tidy(() => weightedLoss(losses, (task) => shares[tasks.indexOf(task)] * tasks.length));
    },
    endEpoch(epoch: SomeTasks<T, number>) {
      const known = Object.entries<number | undefined>(epoch).filter(([, mean]) => Number.isFinite(mean));
      const added = known.map(([task, mean]) => [task, [...(means[task] ?? []), mean].slice(-2)]);
      means = { ...means, ...Object.fromEntries(added) };
    },
    save: () => means,
    load(state) {
      means = readMeans(state, 'dynamicWeightAverage: state');
    },
  };
}

/** The newer mean over the older one; 1 where there is no such number. */
function ratioOf([older, newer]: readonly number[] = []): number {
  return newer === undefined || older === 0 ? 1 : newer / older;
}
