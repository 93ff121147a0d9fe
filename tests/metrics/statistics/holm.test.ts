import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '../../../src/metrics/statistics/holm';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

describe('holm', () => {
  it.each(golden.holm)('equals statsmodels on $p', ({ p, adjusted }) => {
    expectClose(holm(p), adjusted);
  });

  it('by hand: the smallest of three counts three times, the others no less than those before', () => {
    expectClose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  });

  it('lies between the p-values and those of Bonferroni, and keeps their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (p) => {
        const adjusted = holm(p);
        adjusted.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(p[i]);
          expect(value).toBeLessThanOrEqual(Math.min(1, p.length * p[i]));
          for (const [j, other] of adjusted.entries()) if (p[i] < p[j]) expect(value).toBeLessThanOrEqual(other);
        });
      }),
    );
  });

  it('leaves one test, or none, as it is', () => {
    expect(holm([0.2])).toEqual([0.2]);
    expect(holm([])).toEqual([]);
  });

  it('says what it cannot adjust', () => {
    expect(() => holm([0.1, Number.NaN])).toThrow(
      new RangeError('holm: p-values must be numbers, got NaN at place 1.'),
    );
    expect(() => holm([null as never, 0.1])).toThrow(
      new TypeError('holm: p-values must be numbers, got null at place 0.'),
    );
    expect(() => holm([0.1, '0.2' as never])).toThrow(TypeError);
    expect(() => holm([1.5])).toThrow('holm: p-values must lie in [0, 1], got 1.5 at place 0.');
  });
});
