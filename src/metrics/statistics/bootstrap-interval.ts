import { checkInteger } from '../../internal/check';
import { checkFunction } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { percentileBounds, standardDeviation } from './bootstrap';
import { type ConfidenceOptions, checkConfidenceLevel } from './confidence';
import type { BootstrapInterval } from './interval';
import { checkResampling, type ResamplingOptions, resampledWeights } from './resampling';

/** A number that depends on how often each case counts. */
export type Statistic = (weights: Float64Array) => number | Promise<number>;

/**
 * A seeded bootstrap confidence interval (percentiles) of whatever is computed from weighted cases: the mean of the
 * AUCs of several models on the same cases, the difference of two.
 *
 * For one metric on one set of data {@link interval} is simpler; it draws the same cases.
 *
 * `statistic` is given the weight of each of `cases` cases: 1 for the value, how often the case was drawn for a
 * resample. Resamples on which it is NaN (the AUC of one class alone) are left out and counted. With fewer than two
 * cases or groups the interval is NaN.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, doi:10.1201/9780429246593.
 *
 * @throws {RangeError} where an option is out of range or `groups` does not name the group of each case, and what the
 * statistic throws.
 * @example
 * ```ts
 * import { auc, bootstrapInterval, score } from 'tfjs-multitask/metrics';
 *
 * const yTrue = [0, 0, 1, 0, 1, 1];
 * const [a, b] = [[0.1, 0.4, 0.35, 0.3, 0.8, 0.9], [0.2, 0.3, 0.25, 0.6, 0.7, 0.5]];
 * const { value, low, high } = await bootstrapInterval(
 *   yTrue.length,
 *   async (weights) => (await score(auc(), yTrue, a, weights)) - (await score(auc(), yTrue, b, weights)),
 * );
 * ```
 */
export async function bootstrapInterval(
  cases: number,
  statistic: Statistic,
  given: ConfidenceOptions & ResamplingOptions = {},
): Promise<BootstrapInterval> {
  checkOptions(given, ['confidenceLevel', 'groups', 'resamples', 'seed'], 'bootstrapInterval');
  checkFunction(statistic, 'bootstrapInterval: statistic', '(weights) => weights[0]');
  const { confidenceLevel = 0.95, ...options } = given;
  checkConfidenceLevel('bootstrapInterval', confidenceLevel);
  checkInteger(cases, 0, 'bootstrapInterval: cases');
  checkResampling('bootstrapInterval', cases, options);
  const evaluate = async (weights: Float64Array): Promise<number> => {
    const result: unknown = await statistic(weights);
    if (typeof result === 'number') return result;
    throw new TypeError(
      `bootstrapInterval: statistic must return a number, got ${result === null ? 'null' : typeof result}.`,
    );
  };
  const value = await evaluate(new Float64Array(cases).fill(1));
  const replicates: number[] = [];
  for (const weights of resampledWeights(cases, options)) replicates.push(await evaluate(weights));
  const defined = Float64Array.from(replicates.filter((replicate) => !Number.isNaN(replicate)));
  return {
    value,
    ...percentileBounds(defined, confidenceLevel),
    n: cases,
    standardError: standardDeviation(defined),
    undefinedResamples: replicates.length - defined.length,
  };
}
