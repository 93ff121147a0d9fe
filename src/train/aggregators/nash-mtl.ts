import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { fairWeights } from './fair-weights';
import { quadratic } from './linear-algebra';

/** Options of {@link nashMtl}. */
export interface NashMtlOptions {
  /** The result is scaled down to this length. Default: 1; Infinity leaves it as it is. */
  readonly maxNorm?: number | undefined;
}

/**
 * Nash-MTL: the bargaining solution, whose direction no scaling of a single task's loss changes: Gw = 1 / w with w > 0,
 * scaled down to `maxNorm`.
 *
 * Its length is the root of the number of tasks, however long the gradients are, so the learning rate alone sets the
 * steps. Solved by Newton's method on the convex problem behind it (min 1/2 w'Gw - sum of log w_k), not by the sequence
 * of cone programs of the paper. Source: Navon et al., "Multi-task learning as a bargaining game", 2022,
 * arXiv:2202.01017.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} where `maxNorm` is not positive.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { createTrainer, nashMtl } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: nashMtl(),
 * });
 * ```
 */
export function nashMtl<T extends string = AnyTask>(options: NashMtlOptions = {}): Aggregator<T> {
  checkOptions(options, ['maxNorm'], 'nashMtl');
  const { maxNorm = 1 } = options;
  checkNumber(maxNorm, 'nashMtl: maxNorm');
  if (!(maxNorm > 0)) throw new RangeError(`nashMtl: maxNorm must be positive, got ${maxNorm}.`);
  return defineAggregator('nashMtl', (gramian) => {
    const weights = fairWeights(gramian, 1);
    const norm = Math.sqrt(Math.max(quadratic(gramian, weights), 0));
    return norm > maxNorm ? weights.map((value) => (value * maxNorm) / norm) : weights;
  });
}
