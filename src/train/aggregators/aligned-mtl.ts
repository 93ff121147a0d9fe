import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { multiply } from './linear-algebra';
import { type PreferenceOptions, readPreference } from './preference';
import { fromEigen, significantEigen } from './significant-eigen';

/** Options of {@link alignedMtl}. */
export interface AlignedMtlOptions<T extends string> extends PreferenceOptions<T> {
  /**
   * The length that all principal components get: the smallest, the median or the root mean square. Default: `'min'`.
   */
  readonly scaleMode?: 'min' | 'median' | 'rms' | undefined;
}

/**
 * Aligned-MTL: the mean gradient after the principal components of the gradients have been given one length:
 * w = s V L^(-1/2) V' p / K, G = V L V' and s^2 an eigenvalue ('min': the smallest, which bounds the step by the
 * weakest component).
 *
 * The aligned gradients are orthogonal and of one length, so no task dominates and none conflicts with another. Source:
 * Senushkin et al., "Independent component alignment for multi-task learning", 2023, arXiv:2305.19000, algorithm 1.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a negative preference or an unknown scale mode.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { alignedMtl, createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: alignedMtl(),
 * });
 * ```
 */
export function alignedMtl<T extends string = AnyTask>(options: AlignedMtlOptions<T> = {}): Aggregator<T> {
  checkOptions(options, ['preference', 'scaleMode'], 'alignedMtl');
  const { preference, scaleMode = 'min' } = options;
  checkChoice(scaleMode, ['min', 'median', 'rms'], 'alignedMtl: scaleMode');
  const { tasks: named, of } = readPreference(preference, 'alignedMtl');
  return defineAggregator(
    'alignedMtl',
    (gramian, tasks) => {
      const shares = of(tasks).map((value) => value / tasks.length);
      const components = significantEigen(gramian);
      const { values } = components;
      if (values.length === 0) return shares;
      const square = {
        min: values[values.length - 1],
        // The lower one of two in the middle; the values fall.
        median: values[Math.floor(values.length / 2)],
        rms: values.reduce((a, b) => a + b) / values.length,
      }[scaleMode];
      return multiply(
        fromEigen(components, (value) => Math.sqrt(square / value), tasks.length),
        shares,
      );
    },
    { tasks: named },
  );
}
