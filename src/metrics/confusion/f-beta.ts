import { checkNumber } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import type { Average, Averaged } from '../core/average';
import type { ConfusionState } from './confusion-table';
import { COUNTS_OPTIONS, type CountsOptions, countsMetric, shareCalled } from './counts-metric';

/**
 * The harmonic mean of precision and sensitivity, which weighs sensitivity `beta` times as much:
 * (1 + beta^2) tp / ((1 + beta^2) tp + beta^2 fn + fp).
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: van Rijsbergen, "Information retrieval", 2nd edition, 1979.
 *
 * @throws {RangeError} where `beta` is not positive, the shapes do not fit, labels are out of range or values are not
 * finite.
 * @example
 * ```ts
 * import { fBeta, score } from 'tfjs-multitask/metrics';
 *
 * await score(fBeta(2), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.714: 10 / (10 + 4)
 * ```
 */
export function fBeta<A extends Average = 'macro'>(
  beta: number,
  options: CountsOptions<A> = {},
): Metric<ConfusionState, Averaged<A>> {
  checkNumber(beta, 'fBeta: beta');
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`fBeta: beta must be positive and finite, got ${beta}.`);
  }
  return fMetric('fBeta', beta, options);
}

/**
 * The harmonic mean of precision and sensitivity: 2 tp / (2 tp + fp + fn), {@link fBeta} with beta 1.
 *
 * `yTrue`, `yPred`: `[batch, ...]`.
 *
 * Source: van Rijsbergen, "Information retrieval", 2nd edition, 1979.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { f1, score } from 'tfjs-multitask/metrics';
 *
 * await score(f1(), [1, 0, 1, 1], [0.9, 0.2, 0.3, 0.7]); // 0.8
 * ```
 */
export function f1<A extends Average = 'macro'>(options: CountsOptions<A> = {}): Metric<ConfusionState, Averaged<A>> {
  return fMetric('f1', 1, options);
}

function fMetric<A extends Average>(
  name: string,
  beta: number,
  options: CountsOptions<A>,
): Metric<ConfusionState, Averaged<A>> {
  checkOptions(options, COUNTS_OPTIONS, name);
  const square = beta * beta;
  return countsMetric(shareCalled(name), options, ({ tp, fp, fn }, divide) => {
    const hits = (1 + square) * tp;
    return divide(hits, hits + square * fn + fp);
  });
}
