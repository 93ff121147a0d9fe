import { mean, square, sub, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bce, crossEntropy, lossMetric, mae, mse } from '../../src/losses/index';
import { score } from '../../src/metrics/score';
import { interval } from '../../src/metrics/statistics/interval';
import type { Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

const yTrue = [
  [0, 1],
  [2, 2],
  [4, 0],
];
const yPred = [
  [0, 0.5],
  [1, 1],
  [4, 4],
];

describe('lossMetric', () => {
  it('is the mean loss of the samples', async () => {
    expect(await score(lossMetric(mae()), yTrue, yPred)).toBeCloseTo((0.25 + 1 + 2) / 3, 6);
    expect(await score(lossMetric(mse()), yTrue, yPred)).toBeCloseTo((0.125 + 1 + 8) / 3, 6);
  });

  it('weighs samples, and reads none of weight 0', async () => {
    const unknown = [...yTrue.slice(0, 2), [Number.NaN, 7]];
    expect(await score(lossMetric(mae()), unknown, yPred, [3, 1, 0])).toBeCloseTo((3 * 0.25 + 1) / 4, 6);
    expect(await score(lossMetric(mae()), yTrue, yPred, [0, 0, 0])).toBeNaN();
  });

  it('weighs elements where the loss does: a sample weighs the mean of its own', async () => {
    const weights = [
      [0, 2],
      [1, 1],
      [0, 0],
    ];
    expect(await score(lossMetric(mae()), yTrue, yPred, weights)).toBeCloseTo((0.5 + 1) / 2, 6);
    const plain: Loss = (y, p) => mean(square(sub(y, p)), 1);
    await expect(score(lossMetric(plain), yTrue, yPred, weights)).rejects.toThrow(/takes no third argument `weight`/);
  });

  it('of two batches, one after the other or merged, is that of one', async () => {
    const metric = lossMetric(mae());
    const a = await metric.update(metric.init(), yTrue.slice(0, 1), yPred.slice(0, 1));
    const b = await metric.update(metric.init(), yTrue.slice(1), yPred.slice(1));
    const whole = await score(metric, yTrue, yPred);
    expect(metric.compute(metric.merge(a, b))).toBeCloseTo(whole, 12);
    expect(metric.compute(await metric.update(a, yTrue.slice(1), yPred.slice(1)))).toBeCloseTo(whole, 12);
    expect((await score(interval(metric, { resamples: 3 }), yTrue, yPred)).value).toBeCloseTo(whole, 12);
  });

  it("leaves no tensor, and the caller's as they are", async () => {
    const onArrays = await score(lossMetric(mae()), yTrue, yPred);
    await expectNoLeak(async () => {
      const [y, p] = [tensor2d(yTrue), tensor2d(yPred)];
      expect(await score(lossMetric(mae()), y, p)).toBe(onArrays);
      y.dispose();
      p.dispose();
    });
  });

  it('is lower for better, and takes the outputs that the loss takes', () => {
    expect(lossMetric(bce()).direction).toBe('min');
    expect(lossMetric(crossEntropy()).fitting?.takes).toEqual(['distribution']);
    expect(lossMetric(mse()).fitting?.takes).toBeUndefined();
  });

  it('says what it cannot score', async () => {
    expect(() => lossMetric('mse' as never)).toThrow(new TypeError('lossMetric: loss must be a function, got string.'));
    const one: Loss = () => tensor1d([1]);
    await expect(score(lossMetric(one), yTrue, yPred)).rejects.toThrow(
      'lossMetric: the loss must return one value for each of 3 samples, got shape [1].',
    );
    await expect(score(lossMetric(mae()), yTrue, yPred.slice(1))).rejects.toThrow(
      /must hold the same samples, got 3, 2/,
    );
    await expect(score(lossMetric(mae()), yTrue, yPred, [1, -1, 1])).rejects.toThrow(/weight must be finite/);
  });
});
