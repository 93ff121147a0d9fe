import { describe, expect, it } from 'vitest';
import { bcaBounds, percentileBounds, standardDeviation } from '../../../src/metrics/statistics/bootstrap';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

const { level, value, jackknife, standardError, percentile, bca } = golden.bootstrap;
const replicates = Float64Array.from(golden.bootstrap.replicates);

describe('the interval of bootstrap replicates', () => {
  it('by percentiles equals SciPy on the same replicates', () => {
    const { low, high } = percentileBounds(replicates, level);
    expectClose([low, high], percentile);
  });

  it('by bca equals SciPy on the same replicates', () => {
    const { low, high } = bcaBounds(replicates, level, value, jackknife);
    expectClose([low, high], bca);
  });

  it('has the standard error of SciPy', () => {
    expectClose(standardDeviation(replicates), standardError);
  });

  it('by bca is that by percentiles where nothing is biased or skewed', () => {
    const even = Float64Array.from({ length: 101 }, (_, i) => i);
    const { low, high } = bcaBounds(even, 0.9, 50, [1, 2, 3]);
    expectClose([low, high], [5, 95]);
    const constant = bcaBounds(even, 0.9, 50, [2, 2]);
    expectClose([constant.low, constant.high], [5, 95]);
  });

  it('of nothing is NaN', () => {
    const nothing = new Float64Array();
    expect(percentileBounds(nothing, 0.95)).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(bcaBounds(nothing, 0.95, 1, [])).toEqual({ low: Number.NaN, high: Number.NaN });
    expect(standardDeviation(nothing)).toBeNaN();
    expect(standardDeviation(Float64Array.of(1))).toBeNaN();
  });

  it('leaves the replicates in their order', () => {
    const given = Float64Array.of(3, 1, 2);
    percentileBounds(given, 0.5);
    bcaBounds(given, 0.5, 2, [1, 2, 3]);
    expect([...given]).toEqual([3, 1, 2]);
  });
});
