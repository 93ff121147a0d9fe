import { describe, expect, it } from 'vitest';
import { generalizedDice } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

/** Nine pixels of background and one of lesion, which is missed. */
const yTrue = [Array.from({ length: 10 }, (_, i) => (i === 0 ? [0, 1] : [1, 0]))];
const yPred = [Array.from({ length: 10 }, () => [1, 0])];

describe('generalizedDice', () => {
  it('weighs a class by its size', () => {
    const loss = (weightType: 'square' | 'simple' | 'uniform') =>
      evaluate(generalizedDice({ weightType, smooth: { numerator: 0, denominator: 1e-9 } }), yTrue, yPred)[0];
    expect(loss('uniform')).toBeCloseTo(1 - 18 / 20, 6);
    expect(loss('simple')).toBeCloseTo(1 - 2 / (19 / 9 + 1), 6);
    expect(loss('square')).toBeCloseTo(1 - 2 / 9 / (19 / 81 + 1), 6);
  });

  it('costs nothing, and pulls nowhere, where the target holds no class', () => {
    const empty = [[[0], [0]]];
    expect(evaluate(generalizedDice(), empty, [[[0.5], [1]]])).toEqual([0]);
    expect(gradient(generalizedDice(), empty, [[[0.5], [1]]])).toEqual([0, 0]);
  });

  it('rejects what it does not know', () => {
    expect(() => generalizedDice({ weightType: 'cube' as 'square' })).toThrow(
      "generalizedDice: weightType must be one of 'square', 'simple', 'uniform'; got 'cube'.",
    );
    expect(() => generalizedDice({ smooth: 0 })).toThrow('generalizedDice: smooth in the denominator must be above 0');
    expect(() => evaluate(generalizedDice({ includeBackground: false }), [[1]], [[1]])).toThrow(
      'generalizedDice: includeBackground: false needs at least 2 classes',
    );
  });
});
