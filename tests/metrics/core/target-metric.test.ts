import { describe, expect, it } from 'vitest';
import {
  accuracy,
  auc,
  brierScore,
  calibrationCurve,
  dice,
  dicePerImage,
  roc,
  score,
} from '../../../src/metrics/index';
import type { AnyMetric } from '../../../src/types';

/** Every fifth pixel of four is a lesion of class 1, and a model that always says class 0. */
const truth = [0, 0, 1, 0, 0];
const oneHot = truth.map((k) => [1 - k, k]);
const background = truth.map(() => [0.9, 0.1]);

describe('without an output', () => {
  const volume = { data: new Float32Array(2 * 2 * 2 * 3), shape: [1, 2, 2, 2, 3] };

  it.each([accuracy(), dice(), auc(), dicePerImage(), calibrationCurve(), brierScore()] as AnyMetric[])(
    'more than one value on an axis of channels is refused',
    async (metric) => {
      await expect(score(metric, oneHot, background)).rejects.toThrow(
        /the last axis of yPred must have length 1, got shape \[5,2\]: say what they are, classes: 2 .*, labels: 2 /,
      );
      await expect(score(metric, volume, volume)).rejects.toThrow(/must have length 1, got shape \[1,2,2,2,3\]/);
    },
  );

  it('one score for each case is asked for where nothing else can be said', async () => {
    await expect(score(roc(), oneHot, background)).rejects.toThrow(
      'roc: the last axis of yPred must have length 1, got shape [5,2]: give the scores of one class or label.',
    );
  });

  it('three axes are a batch of planes', async () => {
    expect(await score(accuracy(), [[[1, 0, 1]]], [[[0.9, 0.8, 0.7]]])).toBeCloseTo(2 / 3, 12);
  });

  it('the default threshold meets no logits', async () => {
    await expect(score(accuracy(), [1, 0], [0.3, -1.5])).rejects.toThrow(
      'accuracy: yPred must lie in [0, 1] for the default threshold of 0.5 (of logits, give their sigmoid or ' +
        'threshold: 0), got -1.5 in sample 1.',
    );
    await expect(score(dicePerImage(), [[[1, 0]]], [[[4, 0.2]]])).rejects.toThrow(/^dicePerImage: .* threshold: 0\)/);
    expect(await score(accuracy({ threshold: 0 }), [1, 0], [0.3, -1.5])).toBe(1);
    expect(await score(accuracy({ threshold: 0.5 }), [1, 0], [1.5, -1.5])).toBe(1);
    expect(await score(accuracy({ classes: 2 }), [0], [[12, -3]])).toBe(1);
    // What has no weight is not read.
    expect(await score(accuracy(), [1, 0], [0.9, 33], [1, 0])).toBe(1);
  });
});
