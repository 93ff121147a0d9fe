import { describe, expect, it } from 'vitest';
import { bce, binaryFocal } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate } from './evaluate';

useCpu();

describe('binaryFocal', () => {
  it('is alpha (1 - p)^gamma times the cross-entropy', () => {
    const [yes, no] = evaluate(binaryFocal({ alpha: 0.7, gamma: 3 }), [1, 0], [0.8, 0.8]);
    expect(yes).toBeCloseTo(0.7 * 0.2 ** 3 * -Math.log(0.8), 6);
    expect(no).toBeCloseTo(0.3 * 0.8 ** 3 * -Math.log(0.2), 6);
  });

  it('is cross-entropy without gamma and alpha', () => {
    const [y, p] = [
      [1, 0, 0.3],
      [0.8, 0.1, 0.6],
    ];
    expect(evaluate(binaryFocal({ alpha: null, gamma: 0 }), y, p)).toEqual(evaluate(bce(), y, p));
  });

  it('counts a well classified pixel a hundred times less at p = 0.9, as the paper says', () => {
    const [entropy] = evaluate(bce(), [1], [0.9]);
    const [focal] = evaluate(binaryFocal({ alpha: null }), [1], [0.9]);
    expect(entropy / focal).toBeCloseTo(100, 2);
  });

  it('gives the same from a logit as from its probability, soft labels included', () => {
    const [p, x] = [0.7, Math.log(0.7 / 0.3)];
    const fromLogits = evaluate(binaryFocal({ fromLogits: true }), [1, 0, 0.4], [x, x, x]);
    evaluate(binaryFocal(), [1, 0, 0.4], [p, p, p]).forEach((value, i) => {
      expect(fromLogits[i]).toBeCloseTo(value, 6);
    });
  });

  it('rejects options out of range', () => {
    expect(() => binaryFocal({ alpha: 2 })).toThrow('binaryFocal: alpha must lie in [0, 1], got 2.');
    expect(() => binaryFocal({ alpha: Number.NaN })).toThrow(RangeError);
    expect(() => binaryFocal({ gamma: -1 })).toThrow('binaryFocal: gamma must lie in [0, Infinity], got -1.');
    expect(() => binaryFocal({ gamma: Number.NaN })).toThrow(RangeError);
  });
});
