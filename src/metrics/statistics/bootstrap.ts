import { normalCdf, normalQuantile } from '../../internal/normal';
import { quantile } from '../core/quantile';

/** The ends of a confidence interval. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** Percentile interval: the quantiles of the replicates. Source: Efron, 1979, doi:10.1214/aos/1176344552. */
export function percentileBounds(replicates: Float64Array, level: number): Bounds {
  const sorted = replicates.toSorted();
  return { low: quantile(sorted, (1 - level) / 2), high: quantile(sorted, (1 + level) / 2) };
}

/**
 * Bias-corrected and accelerated interval: the quantiles moved by how far `value` lies from the median of the
 * replicates and by the skewness of `jackknife`, the values with one unit left out. Source: Efron, "Better bootstrap
 * confidence intervals", 1987, doi:10.1080/01621459.1987.10478410.
 */
export function bcaBounds(
  replicates: Float64Array,
  level: number,
  value: number,
  jackknife: readonly number[],
): Bounds {
  const sorted = replicates.toSorted();
  const below = replicates.reduce((count, r) => count + (r < value ? 1 : r === value ? 0.5 : 0), 0);
  const bias = normalQuantile(below / replicates.length);
  const acceleration = skewness(jackknife) / 6;
  const end = (p: number) => {
    const shifted = bias + normalQuantile(p);
    return quantile(sorted, normalCdf(bias + shifted / (1 - acceleration * shifted)));
  };
  return { low: end((1 - level) / 2), high: end((1 + level) / 2) };
}

/** Of the differences to the mean, turned round: sum u^3 / (sum u^2)^1.5, and 0 where all are equal. */
function skewness(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const cubes = values.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  const squares = values.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  return squares === 0 ? 0 : cubes / squares ** 1.5;
}

/** With n - 1 in the denominator; NaN for fewer than two values. */
export function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return Number.NaN;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
