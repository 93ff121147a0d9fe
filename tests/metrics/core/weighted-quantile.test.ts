import { expect, it } from 'vitest';
import { weightedQuantile } from '../../../src/metrics/core/weighted-quantile';

it('is the smallest value that has reached the part of the weight', () => {
  const at = (p: number) => weightedQuantile(Float64Array.of(3, 1, 2), [1, 1, 2], p);
  expect([0, 0.25, 0.26, 0.75, 0.76, 1].map(at)).toEqual([1, 1, 2, 2, 3, 3]);
});

it('is not moved on by rounding: three times 0.3 are 0.8999999999999999, half of six times', () => {
  expect(weightedQuantile(Float64Array.of(0, 1, 2, 3, 4, 5), Array(6).fill(0.3), 0.5)).toBe(2);
});
