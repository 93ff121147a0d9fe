import { describe, expect, it } from 'vitest';
import { erfc, normalCdf, normalQuantile } from '../../src/internal/normal';
import { golden } from '../golden/metrics-classification/golden';

const relativeError = (actual: number, expected: number) =>
  actual === expected ? 0 : Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);

describe('the normal distribution', () => {
  it.each(golden.normal.erfc)('has erfc(%d) as SciPy has it, to 1e-14 relative', (x, expected) => {
    expect(relativeError(erfc(x), expected)).toBeLessThan(1e-14);
  });

  it.each(golden.normal.cdf)('has the probability below %d as SciPy has it, to 2e-13 relative', (z, expected) => {
    expect(relativeError(normalCdf(z), expected)).toBeLessThan(2e-13);
  });

  it.each(golden.normal.quantile)('has the quantile of %d as SciPy has it, to 1e-13', (p, expected) => {
    expect(Math.abs(normalQuantile(p) - expected)).toBeLessThan(1e-13);
  });

  it('has its ends at the infinities and nothing beyond', () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(-0.1)).toBeNaN();
    expect(normalQuantile(1.1)).toBeNaN();
    expect(normalQuantile(Number.NaN)).toBeNaN();
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
  });
});
