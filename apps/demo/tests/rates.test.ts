import { roc, score } from 'tfjs-multitask/metrics';
import { expect, it } from 'vitest';
import { ratesAt } from '../src/page/rates';

it('counts the shares above and below a threshold', async () => {
  // Positives have 0.9, 0.6, 0.3; negatives 0.6, 0.2.
  const curve = await score(roc(), [1, 1, 1, 0, 0], [0.9, 0.6, 0.3, 0.6, 0.2]);
  const rounded = (threshold: number) => {
    const { sensitivity, specificity } = ratesAt(curve, threshold);
    return [sensitivity, specificity].map((rate) => Number(rate.toFixed(2)));
  };
  expect(rounded(1)).toEqual([0, 1]);
  expect(rounded(0.9)).toEqual([0.33, 1]);
  expect(rounded(0.6)).toEqual([0.67, 0.5]);
  expect(rounded(0.25)).toEqual([1, 0.5]);
  expect(rounded(0)).toEqual([1, 0]);
});
