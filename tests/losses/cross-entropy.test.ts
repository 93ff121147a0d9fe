import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

describe('crossEntropy', () => {
  it('is -log of the probability of the class, averaged over pixels', () => {
    const [loss] = evaluate(
      crossEntropy(),
      [
        [
          [1, 0, 0],
          [0, 0, 1],
        ],
      ],
      [
        [
          [0.5, 0.25, 0.25],
          [0.5, 0.25, 0.25],
        ],
      ],
    );
    expect(loss).toBeCloseTo((-Math.log(0.5) - Math.log(0.25)) / 2, 6);
  });

  it('reads numbers that do not sum to 1 as proportions', () => {
    expect(evaluate(crossEntropy(), [[0, 1]], [[0.2, 0.6]])[0]).toBeCloseTo(-Math.log(0.75), 6);
    expect(evaluate(crossEntropy(), [[0, 1]], [[0, 0]])[0]).toBeCloseTo(Math.LN2, 6);
  });

  it('does not care what is added to all logits of a pixel', () => {
    const loss = crossEntropy({ fromLogits: true });
    expect(evaluate(loss, [[0, 1, 0]], [[101, 102, 103]])[0]).toBeCloseTo(
      evaluate(loss, [[0, 1, 0]], [[1, 2, 3]])[0],
      5,
    );
  });

  it('has the gradient softmax(x) - y of the logits', () => {
    const loss = crossEntropy({ fromLogits: true });
    const slopes = gradient(loss, [[0, 1, 0]], [[0, 0, 0]]);
    for (const [i, wanted] of [1 / 3, -2 / 3, 1 / 3].entries()) expect(slopes[i]).toBeCloseTo(wanted, 6);
    expect(gradient(loss, [[0, 1]], [[100, -100]])).toEqual([1, -1]);
  });

  it('leaves a pixel without a label out of the mean, smoothed and weighted too', () => {
    expect(evaluate(crossEntropy(), [[0, 0]], [[0.9, 0.1]])).toEqual([0]);
    const labels = [[[0, 1], [0, 0], [1, 0], [0, 0]]]; // biome-ignore format: one pixel each
    const guesses = [[[0.5, 0.5], [0.9, 0.1], [0.25, 0.75], [0, 1]]]; // biome-ignore format: one pixel each
    expect(evaluate(crossEntropy(), labels, guesses)[0]).toBeCloseTo((Math.LN2 + Math.log(4)) / 2, 6);
    expect(gradient(crossEntropy(), labels, guesses).slice(2, 4).map(Math.abs)).toEqual([0, 0]);
    const smoothed = crossEntropy({ labelSmoothing: 1, classWeights: [1, 3] });
    const wanted = (0.5 * 4 * Math.LN2 + 0.5 * (Math.log(4) + 3 * Math.log(4 / 3))) / 2;
    expect(evaluate(smoothed, labels, guesses)[0]).toBeCloseTo(wanted, 6);
  });

  it('weighs classes, also where a sample has one label', () => {
    const loss = crossEntropy({ classWeights: [1, 3] });
    const [first, second] = evaluate(loss, [[1, 0], [0, 1]], [[0.5, 0.5], [0.5, 0.5]]); // biome-ignore format: pairs
    expect(first).toBeCloseTo(Math.LN2, 6);
    expect(second).toBeCloseTo(3 * Math.LN2, 6);
    expect(() => evaluate(loss, [[1, 0, 0]], [[1, 0, 0]])).toThrow(
      'crossEntropy: classWeights must hold one weight per class, got 2 for 3.',
    );
    expect(() => crossEntropy({ classWeights: [-1, 1] })).toThrow(RangeError);
    expect(() => crossEntropy({ classWeights: { 0: 1 } as unknown as number[] })).toThrow(TypeError);
  });

  it('rejects an axis that holds one class, and says what to use', () => {
    expect(() => evaluate(crossEntropy(), [[1], [0]], [[0.5], [0.5]])).toThrow(
      'crossEntropy: the last axis must hold at least 2 classes, got shape [2,1]. Use the binary loss for one.',
    );
    expect(() => evaluate(crossEntropy(), [1, 0], [0.5, 0.5])).toThrow(RangeError);
  });

  it('rejects a label smoothing that is no share', () => {
    expect(() => crossEntropy({ labelSmoothing: -0.1 })).toThrow('crossEntropy: labelSmoothing must lie in [0, 1]');
    expect(() => crossEntropy({ labelSmoothing: Number.NaN })).toThrow(RangeError);
  });
});
