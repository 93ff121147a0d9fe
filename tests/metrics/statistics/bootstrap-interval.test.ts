import { describe, expect, it } from 'vitest';
import { auc } from '../../../src/metrics/ranking/auc';
import { score } from '../../../src/metrics/score';
import { bootstrapInterval } from '../../../src/metrics/statistics/bootstrap-interval';
import { interval } from '../../../src/metrics/statistics/interval';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

const { y, a, b, groups, difference } = golden.scores;

const differenceOfAreas = async (weights: Float64Array): Promise<number> =>
  (await score(auc(), y, a, weights)) - (await score(auc(), y, b, weights));

const mean =
  (values: readonly number[]) =>
  (weights: Float64Array): number =>
    values.reduce((sum, value, i) => sum + weights[i] * value, 0) / weights.reduce((sum, weight) => sum + weight, 0);

describe('bootstrapInterval', () => {
  it.each([
    ['cases', undefined, difference.bounds],
    ['groups', groups, difference.groupedBounds],
  ] as const)('of %s comes near 20,000 resamples of scikit-learn', async (_, groups, bounds) => {
    const found = await bootstrapInterval(y.length, differenceOfAreas, { resamples: 2000, groups });
    expectClose(found.value, difference.value);
    // The quantiles of 2000 resamples have a standard error of about 0.002 here.
    expect(Math.abs(found.low - bounds[0])).toBeLessThan(0.008);
    expect(Math.abs(found.high - bounds[1])).toBeLessThan(0.008);
    expect([found.n, found.undefinedResamples]).toEqual([y.length, 0]);
  });

  it.each([undefined, groups])('draws the cases that `interval` draws', async (groups) => {
    const options = { resamples: 30, seed: 7, confidenceLevel: 0.8, groups };
    const found = await bootstrapInterval(y.length, (weights) => score(auc(), y, a, weights), options);
    expectClose(found, await score(interval(auc(), options), y, a));
  });

  it('by hand: of two cases half of the resamples hold both', async () => {
    const found = await bootstrapInterval(2, mean([0, 1]), { resamples: 4000, confidenceLevel: 0.4 });
    expect([found.value, found.low, found.high]).toEqual([0.5, 0.5, 0.5]);
    const wider = await bootstrapInterval(2, mean([0, 1]), { resamples: 4000, confidenceLevel: 0.6 });
    expect([wider.low, wider.high]).toEqual([0, 1]);
  });

  it('counts the resamples that have no value, and leaves them out', async () => {
    const { undefinedResamples, low } = await bootstrapInterval(3, (weights) =>
      score(auc(), [0, 1, 1], [1, 2, 3], weights),
    );
    // (1/3)^3 + (2/3)^3 = 1/3 of 1000 hold one class.
    expect(undefinedResamples).toBeGreaterThan(250);
    expect(undefinedResamples).toBeLessThan(420);
    expect(low).toBe(1);
  });

  it('has no interval for fewer than two cases or groups', async () => {
    const one = await bootstrapInterval(1, mean([3]));
    expect([one.value, one.low, one.high]).toEqual([3, Number.NaN, Number.NaN]);
    const family = await bootstrapInterval(3, mean([1, 2, 3]), { groups: ['a', 'a', 'a'] });
    expect([family.value, family.low]).toEqual([2, Number.NaN]);
  });

  it('checks its options', async () => {
    await expect(bootstrapInterval(-1, mean([]))).rejects.toThrow(
      'bootstrapInterval: cases must be an integer of at least 0, got -1.',
    );
    await expect(bootstrapInterval(2, mean([1, 2]), { confidenceLevel: 1 })).rejects.toThrow(
      'bootstrapInterval: confidenceLevel must lie between 0 and 1, got 1.',
    );
    await expect(bootstrapInterval(2, mean([1, 2]), { resamples: 0 })).rejects.toThrow(
      'bootstrapInterval: resamples must be an integer of at least 1, got 0.',
    );
    await expect(bootstrapInterval(2, mean([1, 2]), { seed: 0.5 })).rejects.toThrow(
      'bootstrapInterval: seed must be an integer of at least 0, got 0.5.',
    );
    await expect(bootstrapInterval(2, mean([1, 2]), { groups: [1] })).rejects.toThrow(
      'bootstrapInterval: groups must name the group of each of 2 cases, got 1.',
    );
  });
});
