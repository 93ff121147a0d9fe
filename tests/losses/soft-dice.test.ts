import { describe, expect, it } from 'vitest';
import { jaccard, softDice, tversky } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

/** One sample of one class. */
const mask = (...pixels: number[]) => [pixels.map((pixel) => [pixel])];
const noSmoothing = { numerator: 0, denominator: 1e-7 };

describe('softDice', () => {
  it('is 1 minus twice the overlap over both areas', () => {
    expect(evaluate(softDice(), mask(1, 1, 1, 0), mask(0, 1, 1, 1))[0]).toBeCloseTo(1 - 5 / 7, 6);
    expect(evaluate(softDice({ smooth: noSmoothing }), mask(1, 1, 1, 0), mask(0, 1, 1, 1))[0]).toBeCloseTo(1 / 3, 6);
    expect(evaluate(softDice(), mask(1, 1, 0, 0), mask(1, 1, 0, 0))).toEqual([0]);
  });

  it('squares what stands in the denominator where asked to', () => {
    const [plain] = evaluate(softDice(), mask(1, 1, 0), mask(0.5, 0.5, 0));
    const [squared] = evaluate(softDice({ squared: true }), mask(1, 1, 0), mask(0.5, 0.5, 0));
    expect(plain).toBeCloseTo(1 - 3 / 4, 6);
    expect(squared).toBeCloseTo(1 - 3 / 3.5, 6);
  });

  it('puts a bounded price on a prediction over an empty target', () => {
    const [loss] = evaluate(softDice(), mask(0, 0, 0), mask(1, 1, 0));
    expect(loss).toBeCloseTo(1 - 1 / 3, 6);
    for (const prediction of [mask(0, 0, 0), mask(1, 0.5, 0.1)]) {
      for (const slope of gradient(softDice(), mask(0, 0, 0), prediction)) {
        expect(slope).toBeGreaterThan(0);
        expect(slope).toBeLessThanOrEqual(1);
      }
    }
  });

  it('costs 0 where target and prediction are empty, or 1 without smoothing in the numerator', () => {
    expect(evaluate(softDice(), mask(0, 0), mask(0, 0))).toEqual([0]);
    expect(evaluate(softDice({ smooth: noSmoothing }), mask(0, 0), mask(0, 0))).toEqual([1]);
  });

  it.each(['zero', 'skip'] as const)('asks nothing of an empty target by the policy %s', (absent) => {
    const loss = softDice({ smooth: noSmoothing, absent });
    expect(evaluate(loss, mask(0, 0), mask(1, 0.5))).toEqual([0]);
    expect(evaluate(loss, mask(0, 0), mask(0, 0))).toEqual([0]);
    expect(gradient(loss, mask(0, 0), mask(0, 0.5))).toEqual([0, 0]);
  });

  it('brings the classes together as asked', () => {
    // Class 0 is missed, class 1 is found, class 2 is absent but predicted.
    const yTrue = [
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
    ];
    const yPred = [
      [
        [0, 0, 1],
        [0, 1, 0],
      ],
    ];
    const loss = (options: Parameters<typeof softDice>[0]) =>
      evaluate(softDice({ smooth: noSmoothing, ...options }), yTrue, yPred)[0];
    expect(loss({})).toBeCloseTo(2 / 3, 6);
    expect(loss({ average: 'sum' })).toBeCloseTo(2, 6);
    expect(loss({ average: 'micro' })).toBeCloseTo(1 - 2 / 4, 6);
    expect(loss({ includeBackground: false })).toBeCloseTo(1 / 2, 6);
    expect(loss({ absent: 'zero' })).toBeCloseTo(1 / 3, 6);
    expect(loss({ absent: 'skip' })).toBeCloseTo(1 / 2, 6);
    expect(loss({ absent: 'skip', average: 'sum' })).toBeCloseTo(1, 6);
    expect(loss({ absent: 'skip', includeBackground: false })).toBeCloseTo(0, 6);
  });

  it('is jaccard and tversky under another name', () => {
    const [y, p] = [mask(1, 1, 0, 0, 1), mask(0.2, 0.9, 0.4, 0, 0.6)];
    const [dice] = evaluate(softDice({ smooth: noSmoothing }), y, p);
    const [iou] = evaluate(jaccard({ smooth: noSmoothing }), y, p);
    expect(1 - iou).toBeCloseTo((1 - dice) / (1 + dice), 6);
    const [half] = evaluate(tversky({ alpha: 0.5, beta: 0.5, smooth: 0.5 }), y, p);
    expect(half).toBeCloseTo(evaluate(softDice(), y, p)[0], 6);
  });

  it('rejects smoothing that would divide 0 by 0, and what it does not know', () => {
    expect(() => softDice({ smooth: 0 })).toThrow('softDice: smooth in the denominator must be above 0, got 0.');
    expect(() => softDice({ smooth: Number.NaN })).toThrow(
      'softDice: smooth in the numerator must lie in [0, Infinity]',
    );
    expect(() => softDice({ smooth: { numerator: -1, denominator: 1 } })).toThrow(RangeError);
    expect(() => softDice({ smooth: { numerator: 0, denominator: Number.NaN } })).toThrow(RangeError);
    expect(() => softDice({ smooth: '1' as unknown as number })).toThrow(TypeError);
    expect(() => softDice({ absent: 'one' as 'zero' })).toThrow(
      "softDice: absent must be one of 'smooth', 'zero', 'skip'; got 'one'.",
    );
    expect(() => softDice({ average: 'max' as 'sum' })).toThrow("softDice: average must be one of 'macro'");
  });

  it('needs a class beside the background to leave it out', () => {
    expect(() => evaluate(softDice({ includeBackground: false }), mask(1), mask(1))).toThrow(
      'softDice: includeBackground: false needs at least 2 classes in the last axis, got shape [1,1,1].',
    );
  });
});
