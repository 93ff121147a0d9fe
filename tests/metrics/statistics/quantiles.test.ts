import { describe, expect, it } from 'vitest';
import { quantiles } from '../../../src/metrics/statistics/quantiles';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

describe('quantiles', () => {
  it.each(golden.quantiles)('equal NumPy on $values.length values', ({ values, shares, quantiles: expected }) => {
    expectClose(quantiles(values, shares), expected);
  });

  it('are the quartiles and the median by default, and leave the values in their order', () => {
    const values = [4, 1, 3, 2];
    expect(quantiles(values)).toEqual([1.75, 2.5, 3.25]);
    expect(values).toEqual([4, 1, 3, 2]);
  });

  it('of nothing are NaN', () => {
    expect(quantiles([])).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('say what they cannot read', () => {
    expect(() => quantiles([1], [1.5])).toThrow('quantiles: shares must lie in [0, 1], got 1.5.');
    expect(() => quantiles([1, Number.NaN])).toThrow(
      new RangeError('quantiles: values must be numbers, got NaN at place 1.'),
    );
    expect(() => quantiles([1, null as never])).toThrow(
      new TypeError('quantiles: values must be numbers, got null at place 1.'),
    );
    expect(() => quantiles([1], [null as never])).toThrow(TypeError);
    expect(quantiles([1, Number.POSITIVE_INFINITY], [0, 1])).toEqual([1, Number.POSITIVE_INFINITY]);
  });
});
