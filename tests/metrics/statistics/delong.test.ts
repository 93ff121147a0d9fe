import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { type DelongOptions, delongInterval } from '../../../src/metrics/statistics/delong-interval';
import { delongTest } from '../../../src/metrics/statistics/delong-test';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

const { yTrue, a, b } = golden.delong.plain;

describe.each(Object.entries(golden.delong))(
  'DeLong, case %s',
  (_, { yTrue, a, b, level: confidenceLevel, ...expected }) => {
    it.each(['logit', 'identity'] as const)('has the interval of all pairs on the scale %s', async (scale) => {
      const { value, standardError, ...bounds } = expected.interval;
      expectClose(await score(delongInterval({ confidenceLevel, scale }), yTrue, a), {
        value,
        low: bounds[scale][0],
        high: bounds[scale][1],
        n: yTrue.length,
        standardError,
      });
    });

    it('has the test of all pairs', async () => {
      expectClose(await delongTest(yTrue, a, b, { confidenceLevel }), expected.test);
    });
  },
);

describe('delongInterval', () => {
  it("gives the published numbers for Hanley and McNeil's CT ratings", async () => {
    // Ratings 1 to 5 of 58 normal and 51 abnormal CT images, Hanley and McNeil 1982, table 1. Area, standard error and
    // interval as in the manual of Stata, [R] roctab, example 1.
    const ratings = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5];
    const abnormal = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1];
    const images = [33, 6, 6, 11, 2, 3, 2, 2, 11, 33];
    const found = await score(delongInterval({ scale: 'identity' }), abnormal, ratings, images);
    expect(found.n).toBe(109);
    expect(found.value.toFixed(4)).toBe('0.8932');
    expect(found.standardError.toFixed(4)).toBe('0.0307');
    expect([found.low.toFixed(5), found.high.toFixed(5)]).toEqual(['0.83295', '0.95339']);
  });

  it('stays within [0, 1]', async () => {
    const [y, p] = [
      [0, 0, 1, 1, 1],
      [1, 3, 2, 4, 5],
    ];
    const identity = await score(delongInterval({ scale: 'identity' }), y, p);
    expect(identity.high).toBe(1);
    const logit = await score(delongInterval(), y, p);
    expect(logit.high).toBeLessThan(1);
    expect(logit.low).toBeGreaterThan(0);
  });

  it('turns round with the scores', async () => {
    const found = await score(delongInterval(), yTrue, a);
    const turned = await score(
      delongInterval(),
      yTrue,
      a.map((value) => -value),
    );
    expectClose([1 - turned.value, 1 - turned.high, 1 - turned.low], [found.value, found.low, found.high]);
  });

  it.each(['logit', 'identity'] as const)('is one point at perfect separation, scale %s', async (scale) => {
    const found = await score(delongInterval({ scale }), [0, 0, 1, 1], [1, 2, 3, 4]);
    expect(found).toEqual({ value: 1, low: 1, high: 1, n: 4, standardError: 0 });
  });

  it('is NaN with fewer than two of a class', async () => {
    for (const y of [[0, 0, 1], [1, 1, 0], [1, 1, 1], []]) {
      const { low, high, standardError } = await score(delongInterval(), y, y);
      expect([low, high, standardError]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    }
  });

  it('wants weights that count', async () => {
    await expect(score(delongInterval(), [0, 1], [0, 1], [1, 0.5])).rejects.toThrow(
      'delongInterval: weight must count cases, in whole numbers, got a total of 0.5.',
    );
  });

  it('checks its options', () => {
    expect(() => delongInterval({ confidenceLevel: 0 })).toThrow(
      'delongInterval: confidenceLevel must lie between 0 and 1, got 0.',
    );
    expect(() => delongInterval({ scale: 'probit' } as unknown as DelongOptions)).toThrow(
      "delongInterval: scale must be one of 'logit', 'identity'; got 'probit'.",
    );
  });
});

describe('delongTest', () => {
  it('changes its sign when the two change places', async () => {
    const forward = await delongTest(yTrue, a, b);
    const backward = await delongTest(yTrue, b, a);
    expectClose([-backward.z, backward.p, -backward.high], [forward.z, forward.p, forward.low]);
  });

  it('sees no difference between scores in the same order', async () => {
    const found = await delongTest(
      yTrue,
      a,
      a.map((value) => value ** 3),
    );
    expect([found.difference, found.z, found.p]).toEqual([0, 0, 1]);
  });

  it('rejects a twentieth of the time where nothing differs', async () => {
    // Deterministic noise: the labels of 400 experiments from the bits of fast-check's generator.
    const experiments = fc.sample(
      fc.array(fc.tuple(fc.boolean(), fc.integer(), fc.integer()), { minLength: 60, maxLength: 60, size: 'max' }),
      { numRuns: 400, seed: 11 },
    );
    let rejected = 0;
    for (const cases of experiments) {
      const { p } = await delongTest(
        cases.map(([label]) => Number(label)),
        cases.map(([, first]) => first),
        cases.map(([, , second]) => second),
      );
      if (p < 0.05) rejected++;
    }
    // 20 are expected, with a standard deviation of 4.4.
    expect(rejected).toBeGreaterThan(6);
    expect(rejected).toBeLessThan(40);
  });

  it('is NaN where a class is missing', async () => {
    const { p, z } = await delongTest([1, 1, 1], [1, 2, 3], [3, 1, 2]);
    expect([p, z]).toEqual([Number.NaN, Number.NaN]);
  });

  it('names the scores that it cannot read', async () => {
    await expect(delongTest([0, 1], [0, 1], [0, Number.NaN])).rejects.toThrow(
      'delongTest (b): yPred must be finite, got NaN in sample 1.',
    );
    await expect(delongTest([0, 1], [0], [0, 1])).rejects.toThrow(
      'delongTest (a): yTrue must have the shape [1], got [2].',
    );
    await expect(delongTest([0, 1], [0, 1], [0, 1], { confidenceLevel: 2 })).rejects.toThrow(
      'delongTest: confidenceLevel must lie between 0 and 1, got 2.',
    );
  });
});
