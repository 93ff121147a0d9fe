import { describe, expect, it } from 'vitest';
import { bce } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

describe('bce', () => {
  it('is -log of the probability that was given to the label', () => {
    const [yes, no] = evaluate(bce(), [[1], [0]], [[0.8], [0.8]]);
    expect(yes).toBeCloseTo(-Math.log(0.8), 6);
    expect(no).toBeCloseTo(-Math.log(0.2), 6);
  });

  it('costs no more than -log 1e-7 for a probability, and any amount for a logit', () => {
    expect(evaluate(bce(), [1], [0])[0]).toBeCloseTo(-Math.log(1e-7), 4);
    const [missed, invented, found, left] = evaluate(bce({ fromLogits: true }), [1, 0, 1, 0], [-100, 100, 100, -100]);
    expect([missed, invented]).toEqual([100, 100]);
    for (const value of [found, left]) expect(value).toBeCloseTo(0, 40);
  });

  it('keeps the gradient sigmoid(x) - y of a logit, however wrong', () => {
    expect(gradient(bce({ fromLogits: true }), [1, 0, 1], [-100, 100, 100])).toEqual([-1, 1, 0]);
    expect(gradient(bce({ fromLogits: true }), [1, 0], [0, 0])).toEqual([-0.5, 0.5]);
  });

  it('gives the same from a logit as from its probability', () => {
    const [fromLogit] = evaluate(bce({ fromLogits: true, labelSmoothing: 0.3 }), [1], [Math.log(0.7 / 0.3)]);
    expect(fromLogit).toBeCloseTo(evaluate(bce({ labelSmoothing: 0.3 }), [1], [0.7])[0], 6);
  });

  it('is least at the smoothed label', () => {
    const [slope] = gradient(bce({ labelSmoothing: 0.2 }), [1], [0.9]);
    expect(slope).toBeCloseTo(0, 5);
  });

  it('rejects weights of positives that do not fit', () => {
    expect(() => bce({ posWeight: -1 })).toThrow('bce: posWeight must lie in [0, Infinity], got -1.');
    expect(() => bce({ posWeight: '2' as unknown as number })).toThrow(TypeError);
    expect(() => evaluate(bce({ posWeight: [1, 2] }), [[1]], [[0.5]])).toThrow(
      'bce: posWeight must hold one weight per class, got 2 for 1.',
    );
  });

  it('does not ignore what can be a label', () => {
    expect(() => bce({ ignoreIndex: 0 })).toThrow(
      'bce: ignoreIndex must lie outside of [0,1], where its labels lie, got 0: it marks what is not known, such as 255.',
    );
  });

  it('rejects a label smoothing that is no share', () => {
    expect(() => bce({ labelSmoothing: 1.5 })).toThrow('bce: labelSmoothing must lie in [0, 1], got 1.5.');
    expect(() => bce({ labelSmoothing: Number.NaN })).toThrow(RangeError);
    expect(() => bce({ labelSmoothing: '0.1' as unknown as number })).toThrow(TypeError);
  });
});
