import { describe, expect, it } from 'vitest';
import { precisionRecallCurve } from '../../../src/metrics/ranking/precision-recall-curve';
import { score } from '../../../src/metrics/score';
import { expectClose, golden } from '../../golden/metrics-classification/golden';

describe('precisionRecallCurve', () => {
  it.each(['plain', 'weighted', 'allTied', 'onlyPositives'] as const)('equals scikit-learn, case %s', async (name) => {
    const { yTrue, yPred, weight, sklearn } = golden.binary[name];
    expectClose(await score(precisionRecallCurve(), yTrue, yPred, weight ?? undefined), sklearn.precisionRecallCurve);
  });

  it('has no recall without positives', async () => {
    const { precision, recall } = await score(precisionRecallCurve(), [0, 0], [0.2, 0.4]);
    expect(precision).toEqual([0, 0, 1]);
    expect(recall).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});
