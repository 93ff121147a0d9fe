import { describe, expect, it } from 'vitest';
import { auc } from '../../../src/metrics/ranking/auc';
import { score } from '../../../src/metrics/score';
import { rocBand } from '../../../src/metrics/statistics/roc-band';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/statistics/golden';

const { y, a, b, band } = golden.scores;

describe('rocBand', () => {
  it('comes near the mean and the percentiles of curves of scikit-learn', async () => {
    const found = await rocBand(y, [a, b], { points: band.fpr.length, confidenceLevel: band.level });
    expectClose([found.fpr, found.tpr], [band.fpr, band.tpr]);
    for (const i of band.fpr.keys()) {
      // Each of the 90 positives is 0.011; both quantiles are of some thousand resamples.
      expect(Math.abs(found.low[i] - band.low[i])).toBeLessThan(0.02);
      expect(Math.abs(found.high[i] - band.high[i])).toBeLessThan(0.02);
    }
    expect(found.undefinedResamples).toBe(0);
  });

  it('by hand: it stands at the upper end of a jump and goes straight through ties', async () => {
    // Scores 4 (positive), 3 (negative), 2 (one of each), 1 (negative).
    const found = await rocBand([1, 0, 1, 0, 0], [[4, 3, 2, 2, 1]], { points: 7 });
    expectClose(found.fpr, [0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1]);
    expectClose(found.tpr, [0.5, 0.5, 0.5, 0.75, 1, 1, 1]);
  });

  it('reaches each jump whatever the rate rounds to', async () => {
    // 29 / 100 * 100 is 28.999999999999996.
    const yTrue = [...new Array(29).fill(0), 1, ...new Array(71).fill(0)];
    const scores = yTrue.map((_, i) => -i);
    const { tpr } = await rocBand(yTrue, [scores], { resamples: 1 });
    expect(tpr.map((value, i) => value === (i >= 29 ? 1 : 0))).not.toContain(false);
  });

  it('has about the mean of the areas under it', async () => {
    const { fpr, tpr } = await rocBand(y, [a, b], { points: 2001, resamples: 1 });
    const area = tpr.slice(1).reduce((sum, value, i) => sum + ((value + tpr[i]) / 2) * (fpr[i + 1] - fpr[i]), 0);
    expect(area).toBeCloseTo(((await score(auc(), y, a)) + (await score(auc(), y, b))) / 2, 2);
  });

  it('is one line where all cases of a class are alike', async () => {
    const { tpr, low, high } = await rocBand([0, 0, 1, 1, 1], [[1, 1, 2, 2, 2]], { points: 3 });
    expect([tpr, low, high]).toEqual([
      [1, 1, 1],
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it('is NaN where a class is missing', async () => {
    const { tpr, low } = await rocBand([1, 1], [[1, 2]], { points: 2, resamples: 3 });
    expect([tpr, low]).toEqual([
      [Number.NaN, Number.NaN],
      [Number.NaN, Number.NaN],
    ]);
  });

  it('says what it cannot read', async () => {
    await expect(rocBand([0, 1], [])).rejects.toThrow(
      new RangeError('rocBand: expected one score of the cases or more, got none.'),
    );
    await expect(rocBand([0, 1], [[1, 2, 3]])).rejects.toThrow('rocBand: yTrue must have the shape [3], got [2].');
    await expect(rocBand([0, 2], [[1, 2]])).rejects.toThrow('rocBand: yTrue must be 0 or 1, got 2 in sample 1.');
    await expect(rocBand([0, 1], [[1, 2]], { points: 1 })).rejects.toThrow(
      'rocBand: points must be an integer of at least 2, got 1.',
    );
    await expect(rocBand([0, 1], [[1, 2]], { groups: ['a'] })).rejects.toThrow(
      'rocBand: groups must name the group of each of 2 cases, got 1.',
    );
    await expect(rocBand([0, 1], [[1, 2]], { confidenceLevel: 0 })).rejects.toThrow(
      'rocBand: confidenceLevel must lie between 0 and 1, got 0.',
    );
  });
});
