import { describe, expect, it } from 'vitest';
import { focalTversky, jaccard, tversky } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

const mask = (...pixels: number[]) => [pixels.map((pixel) => [pixel])];
const smooth = { numerator: 0, denominator: 1e-7 };
/** Two pixels found, one predicted in vain, three missed. */
const [y, p] = [mask(1, 1, 0, 1, 1, 1, 0), mask(1, 1, 1, 0, 0, 0, 0)];

describe('tversky', () => {
  it('weighs false positives by alpha and false negatives by beta', () => {
    expect(evaluate(tversky({ alpha: 0.2, beta: 0.9, smooth }), y, p)[0]).toBeCloseTo(1 - 2 / (2 + 0.2 + 2.7), 6);
    expect(evaluate(tversky({ alpha: 1, beta: 0, smooth }), y, p)[0]).toBeCloseTo(1 - 2 / 3, 6);
    expect(evaluate(tversky({ alpha: 0, beta: 1, smooth }), y, p)[0]).toBeCloseTo(1 - 2 / 5, 6);
  });

  it('is jaccard where both weigh 1', () => {
    expect(evaluate(jaccard({ smooth }), y, p)[0]).toBeCloseTo(1 - 2 / 6, 6);
    expect(evaluate(tversky({ alpha: 1, beta: 1 }), y, p)).toEqual(evaluate(jaccard(), y, p));
  });

  it('rejects weights out of range', () => {
    expect(() => tversky({ alpha: -0.1 })).toThrow('tversky: alpha must lie in [0, Infinity], got -0.1.');
    expect(() => tversky({ beta: Number.NaN })).toThrow('tversky: beta must lie in [0, Infinity], got NaN.');
    expect(() => jaccard({ smooth: 0 })).toThrow('jaccard: smooth in the denominator must be above 0');
  });
});

describe('focalTversky', () => {
  it('is tversky to the power of 1 / gamma', () => {
    const [plain] = evaluate(tversky(), y, p);
    expect(evaluate(focalTversky(), y, p)[0]).toBeCloseTo(plain ** 0.75, 6);
    expect(evaluate(focalTversky({ gamma: 3 }), y, p)[0]).toBeCloseTo(plain ** (1 / 3), 6);
    expect(evaluate(focalTversky({ gamma: 1 }), y, p)).toEqual(evaluate(tversky(), y, p));
  });

  it('takes the power of each class before it brings them together', () => {
    const [yTrue, yPred] = [
      [
        [
          [1, 0],
          [1, 1],
        ],
      ],
      [
        [
          [0.5, 0.5],
          [1, 1],
        ],
      ],
    ];
    const each = [0, 1].map(
      (c) => evaluate(tversky(), [yTrue[0].map((q) => [q[c]])], [yPred[0].map((q) => [q[c]])])[0],
    );
    const [total] = evaluate(focalTversky({ average: 'sum' }), yTrue, yPred);
    expect(total).toBeCloseTo(each[0] ** 0.75 + each[1] ** 0.75, 6);
  });

  it('is 0 with a finite gradient where the prediction is right', () => {
    expect(evaluate(focalTversky(), y, y)).toEqual([0]);
    for (const slope of gradient(focalTversky(), y, y)) expect(Number.isFinite(slope)).toBe(true);
  });

  it('rejects options out of range', () => {
    expect(() => focalTversky({ gamma: 0 })).toThrow('focalTversky: gamma must be above 0, got 0.');
    expect(() => focalTversky({ gamma: Number.NaN })).toThrow(RangeError);
    expect(() => focalTversky({ alpha: Number.NaN })).toThrow('focalTversky: alpha');
    expect(() => focalTversky({ beta: -1 })).toThrow('focalTversky: beta');
  });
});
