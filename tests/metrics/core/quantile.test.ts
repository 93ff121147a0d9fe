import { describe, expect, it } from 'vitest';
import { quantile } from '../../../src/metrics/core/quantile';

describe('a quantile', () => {
  it('interpolates between order statistics', () => {
    const sorted = Float64Array.of(10, 20, 40);
    expect([0, 0.25, 0.5, 0.75, 1].map((p) => quantile(sorted, p))).toEqual([10, 15, 20, 30, 40]);
  });
});
