import { checkRange } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Aggregator, AnyTask } from '../../types';
import { defineAggregator } from './define-aggregator';
import { definite } from './definite';
import { type Matrix, multiply, quadratic, trace } from './linear-algebra';
import { solveQuadraticProgram } from './quadratic-program';

/** Options of {@link caGrad}. */
export interface CaGradOptions {
  /** How far from the mean gradient the result may lie, in units of its length. 0 is the mean itself. Default: 0.5. */
  readonly c?: number | undefined;
}

/** Below this length, the Gramian's trace being 1, the mean of the worst tasks counts as 0. */
const STATIONARY = 1e-4;

/**
 * The w of the simplex of least g_w'g_0 + r |g_w|. Since r |g_w| = min over s > 0 of r (|g_w|^2 / s + s) / 2, it is the
 * w of a quadratic program for the s that equals its own |g_w|; the joint problem is convex, so bisection finds it.
 */
function worstTasks(gramian: Matrix, meanProducts: readonly number[], radius: number): number[] {
  let low = 0;
  let high = 1;
  let w: number[] = [];
  while (high - low > 1e-13) {
    const s = (low + high) / 2;
    w = solveQuadraticProgram(
      gramian,
      meanProducts.map((value) => (value * s) / radius),
      1,
    );
    if (Math.sqrt(quadratic(gramian, w)) > s) low = s;
    else high = s;
  }
  return w;
}

/**
 * CAGrad: the gradient that helps the worst-off task most within a ball around the mean gradient g_0:
 * g_0 + c |g_0| g_w / |g_w|, with w = argmin g_w'g_0 + c |g_0| |g_w| over the simplex, g_w = sum of w_k g_k.
 *
 * Where some convex combination of the gradients vanishes the weights are 0. Source: Liu et al., "Conflict-averse
 * gradient descent for multi-task learning", 2021, arXiv:2110.14048.
 *
 * Gramian G `[K, K]` -> weights w `[K]`, for the K tasks that have labels.
 *
 * @throws {RangeError} for a negative c.
 * @example
 * ```ts
 * import { train } from '@tensorflow/tfjs-core';
 * import { bce, softDice } from 'tfjs-multitask/losses';
 * import { amyar2020 } from 'tfjs-multitask/paper';
 * import { caGrad, createTrainer } from 'tfjs-multitask/train';
 *
 * const model = amyar2020({ inputShape: [32, 32, 1], filters: 4, tasks: ['segmentation', 'classification'] });
 * const trainer = createTrainer(model, {
 *   optimizer: train.adam(1e-4),
 *   losses: { segmentation: softDice(), classification: bce() },
 *   aggregator: caGrad({ c: 0.4 }),
 * });
 * ```
 */
export function caGrad<T extends string = AnyTask>(options: CaGradOptions = {}): Aggregator<T> {
  checkOptions(options, ['c'], 'caGrad');
  const { c = 0.5 } = options;
  checkRange(c, 0, Number.MAX_VALUE, 'caGrad: c');
  return defineAggregator('caGrad', (gramian) => {
    const mean = gramian.map(() => 1 / gramian.length);
    if (trace(gramian) === 0 || c === 0) return mean;
    const unit = definite(gramian);
    const radius = c * Math.sqrt(quadratic(unit, mean));
    const w = worstTasks(unit, multiply(unit, mean), radius);
    const length = Math.sqrt(quadratic(unit, w));
    if (length < STATIONARY) return mean.map(() => 0);
    return mean.map((share, k) => share + (radius / length) * w[k]);
  });
}
