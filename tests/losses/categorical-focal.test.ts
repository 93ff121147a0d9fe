import { describe, expect, it } from 'vitest';
import { categoricalFocal, crossEntropy } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate } from './evaluate';

useCpu();

describe('categoricalFocal', () => {
  it('is alpha (1 - p)^gamma (-log p) of the class', () => {
    const [loss] = evaluate(categoricalFocal({ alpha: [1, 2, 3], gamma: 3 }), [[0, 0, 1]], [[0.5, 0.1, 0.4]]);
    expect(loss).toBeCloseTo(3 * 0.6 ** 3 * -Math.log(0.4), 6);
  });

  it('is cross-entropy without gamma', () => {
    const [y, p] = [[[0, 0, 1]], [[0.5, 0.1, 0.4]]];
    expect(evaluate(categoricalFocal({ gamma: 0 }), y, p)).toEqual(evaluate(crossEntropy(), y, p));
  });

  it('gives the same from logits as from their probabilities', () => {
    const p = [0.5, 0.1, 0.4];
    const [fromLogits] = evaluate(categoricalFocal({ fromLogits: true }), [[0, 0, 1]], [p.map(Math.log)]);
    expect(fromLogits).toBeCloseTo(evaluate(categoricalFocal(), [[0, 0, 1]], [p])[0], 6);
  });

  it('needs one alpha a class and several classes', () => {
    expect(() => evaluate(categoricalFocal({ alpha: [1, 2] }), [[0, 0, 1]], [[0.5, 0.1, 0.4]])).toThrow(
      'categoricalFocal: alpha must hold one weight per class, got 2 for 3.',
    );
    expect(() => evaluate(categoricalFocal(), [[1]], [[1]])).toThrow('must hold at least 2 classes, got shape [1,1]');
  });

  it('rejects options out of range', () => {
    expect(() => categoricalFocal({ alpha: [1, -2] })).toThrow('categoricalFocal: alpha must lie in [0, Infinity]');
    expect(() => categoricalFocal({ alpha: Number.NaN })).toThrow(RangeError);
    expect(() => categoricalFocal({ gamma: Number.NaN })).toThrow('categoricalFocal: gamma');
  });
});
