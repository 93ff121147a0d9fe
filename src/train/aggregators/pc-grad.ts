import { checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { drawOrders, type SeededOptions } from './orders';
import { projectConflicts } from './project-conflicts';

/**
 * PCGrad: every gradient is projected, in turn, onto the normal plane of each other gradient that it conflicts with
 * (g_i <- g_i - g_i'g_j / |g_j|^2 g_j where g_i'g_j < 0), and the results are summed.
 *
 * Where nothing conflicts it is the sum. The order matters from three tasks on. Source: Yu et al., "Gradient surgery
 * for multi-task learning", 2020, arXiv:2001.06782, algorithm 1.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a seed that is not an integer of at least 0.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, pcGrad } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: pcGrad({ seed: 1 }),
 * });
 * ```
 */
export function pcGrad<T extends string = AnyTask>(options: SeededOptions = {}): Aggregator<T> {
  checkOptions(options, ['seed'], 'pcGrad');
  const { seed = 0 } = options;
  checkInteger(seed, 0, 'pcGrad: seed');
  return defineAggregator('pcGrad', (gramian, tasks, { step }) =>
    projectConflicts(gramian, drawOrders('pcGrad', seed, step, tasks.length)),
  );
}
