import { checkInteger, checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { finite, recordOf } from '../../internal/readers';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { drawOrders, type SeededOptions } from './orders';
import { vaccinate } from './vaccinate';

/** Options of {@link gradVac}. */
export interface GradVacOptions extends SeededOptions {
  /** How fast the expected cosine of two tasks follows the seen one, in [0, 1]. Default: 0.5. */
  readonly beta?: number | undefined;
}

const readAverages = recordOf(recordOf(finite()));

/**
 * GradVac: like PCGrad, but a gradient is turned towards another one until their cosine is what it has been on average,
 * phi <- (1 - beta) phi + beta cos, and not only until they no longer conflict.
 *
 * The averages are kept for each pair of tasks; a batch that lacks a task leaves its pairs as they are. Source: Wang
 * et al., "Gradient vaccine: investigating and improving multi-task optimization in massively multilingual models",
 * 2021, arXiv:2010.05874.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a beta outside [0, 1] or a seed that is not an integer of at least 0.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, gradVac } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: gradVac({ beta: 0.01 }),
 * });
 * ```
 */
export function gradVac<T extends string = AnyTask>(options: GradVacOptions = {}): Aggregator<T> {
  checkOptions(options, ['beta', 'seed'], 'gradVac');
  const { beta = 0.5, seed = 0 } = options;
  checkRange(beta, 0, 1, 'gradVac: beta');
  checkInteger(seed, 0, 'gradVac: seed');
  let averages: Record<string, Record<string, number>> = {};
  return defineAggregator(
    'gradVac',
    (gramian, tasks, { step }) => {
      const expected = (i: number, j: number): number => averages[tasks[i]]?.[tasks[j]] ?? 0;
      const see = (i: number, j: number, cosine: number): void => {
        averages[tasks[i]] = {
          ...averages[tasks[i]],
          [tasks[j]]: (1 - beta) * expected(i, j) + beta * cosine,
        };
      };
      return vaccinate(gramian, drawOrders('gradVac', seed, step, tasks.length), expected, see);
    },
    {
      save: () => structuredClone(averages),
      load: (state) => {
        averages = { ...readAverages(state, 'gradVac: state') };
      },
    },
  );
}
