import { grad, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { unchecked } from '../../src/internal/unchecked';
import { bce, crossEntropy, jaccard, mse, softDice, sumOf } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate } from './evaluate';

useCpu();

describe('what a loss is given', () => {
  it('is refused where a label is outside of its range', () => {
    expect(() =>
      evaluate(
        softDice(),
        [
          [0, 1],
          [0, 255],
        ],
        [
          [0, 1],
          [0, 1],
        ],
      ),
    ).toThrow(
      'softDice: yTrue holds 255 in sample 1 (value 1); labels must lie in [0, 1]: divide masks of 0 and 255 by 255, or ' +
        'name what is not known, ignoreIndex.',
    );
    expect(() => evaluate(sumOf([mse(), jaccard()]), [[-1]], [[0]])).toThrow('jaccard: yTrue holds -1 in sample 0');
    expect(() => evaluate(bce({ ignoreIndex: 255 }), [[254]], [[0.5]])).toThrow('bce: yTrue holds 254');
    expect(evaluate(mse(), [[-1, 255]], [[-1, 255]])).toEqual([0]);
  });

  it('is refused where a probability is none', () => {
    expect(() => evaluate(crossEntropy(), [[1, 0]], [[1.5, 0]])).toThrow(
      'crossEntropy: yPred holds 1.5 in sample 0 (value 0); it takes probabilities, in [0, 1]',
    );
    expect(() => evaluate(bce(), [[1], [1]], [[0.5], [Number.NaN]])).toThrow('bce: yPred holds NaN in sample 1');
    expect(evaluate(bce({ fromLogits: true }), [[1]], [[40]])[0]).toBeCloseTo(0, 6);
    // As far as a softmax rounds.
    expect(evaluate(softDice(), [[1]], [[1 + 5e-7]])[0]).toBeCloseTo(0, 6);
  });

  it('is refused on the tape of a gradient too', () => {
    const slope = grad((p) => sum(bce()(tensor2d([[2]]), p)));
    expect(() => tidy(() => slope(tensor2d([[0.5]])))).toThrow('bce: yTrue holds 2');
  });

  it('may be anything where it weighs 0, and its weights may not be negative', () => {
    const [y, p] = [tensor2d([[255, 1]]), tensor2d([[7, 1]])];
    expect(Array.from(softDice()(y, p, tensor2d([[0, 1]])).dataSync())).toEqual([0]);
    expect(() => mse()(y, p, tensor2d([[1, -1]]))).toThrow('mse: weight holds -1 in sample 0 (value 1)');
    expect(() => mse()(y, p, tensor2d([[1, Number.POSITIVE_INFINITY]]))).toThrow(
      'weights must be at least 0, and finite',
    );
  });

  it('is not looked at twice in a trainer', () => {
    const [y, p] = [tensor2d([[2]]), tensor2d([[0.5]])];
    for (const loss of [bce(), sumOf([bce(), softDice()])]) {
      const fast = unchecked(Object.assign(loss, { labels: [0, 3] as const }));
      expect(fast(y, p).shape).toEqual([1]);
      expect(fast).toHaveLength(3);
      expect({ ...fast }).toEqual({ ...loss });
    }
    const own = () => sum(y, 1);
    expect(unchecked(own as never)).toBe(own);
  });
});
