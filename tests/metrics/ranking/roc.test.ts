import { describe, expect, it } from 'vitest';
import { roc } from '../../../src/metrics/ranking/roc';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

describe('roc', () => {
  it.each(Object.entries(golden.binary))('equals scikit-learn, case %s', async (_, given) => {
    expectClose(await score(roc(), given.yTrue, given.yPred, given.weight ?? undefined), given.sklearn.roc);
  });

  it('makes one point of equal scores', async () => {
    expect(await score(roc(), [0, 1, 1, 0], [0.3, 0.3, 0.8, 0.1])).toEqual({
      fpr: [0, 0, 0.5, 1],
      tpr: [0, 0.5, 1, 1],
      thresholds: [Number.POSITIVE_INFINITY, 0.8, 0.3, 0.1],
    });
  });

  it('takes any finite scores, and 0 and -0 for one', async () => {
    const { thresholds } = await score(roc(), [0, 1, 1, 0], [-3, 0, -0, 20]);
    expect(thresholds).toEqual([Number.POSITIVE_INFINITY, 20, 0, -3]);
  });

  it('of no samples has its first point only', () => {
    const metric = roc();
    const { fpr, tpr, thresholds } = metric.compute(metric.init());
    expect([fpr, tpr, thresholds]).toEqual([[Number.NaN], [Number.NaN], [Number.POSITIVE_INFINITY]]);
  });
});
