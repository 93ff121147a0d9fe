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

  // Soft labels, as pooling and resizing make them: 1 / n^2 of the lesion is beyond single precision.
  it.each([1e-4, 1e-12, 1e-20, 1e-25, 1e-38, 1e-45])('is finite, as is its gradient, for %d pixels of a class', (n) => {
    const label = [[[1, n], [1, 0]]]; // biome-ignore format: one pixel each
    const guess = [[[0.75, 0.25], [0.5, 0.5]]]; // biome-ignore format: one pixel each
    for (const weightType of ['square', 'simple', 'uniform'] as const) {
      const power = { square: 2, simple: 1, uniform: 0 }[weightType];
      const [held, drawn, both] = [
        [2, Math.fround(n)],
        [1.25, 0.75],
        [1.25, Math.fround(n)],
      ];
      const weights = held.map((pixels) => Math.max(pixels, 1e-5) ** -power);
      const sum = (values: number[]) => values[0] * weights[0] + values[1] * weights[1];
      const expected = 1 - (2 * sum(both) + 1e-5) / (sum(held) + sum(drawn) + 1e-5);
      const [loss] = evaluate(generalizedDice({ weightType }), label, guess);
      expect(Math.abs(loss - expected), weightType).toBeLessThan(2e-6);
      for (const slope of gradient(generalizedDice({ weightType }), label, guess))
        expect(Number.isFinite(slope), weightType).toBe(true);
    }
  });

  it('rejects what it does not know', () => {
    expect(() => generalizedDice({ weightType: 'cube' as 'square' })).toThrow(
      "generalizedDice: weightType must be one of 'square', 'simple', 'uniform'; got 'cube'.",
    );
    expect(() => generalizedDice({ smooth: 0 })).toThrow('generalizedDice: smooth in the denominator must be above 0');
    expect(() => generalizedDice({ smooth: { numerator: 0, denominator: 1e-30 } })).toThrow(
      'generalizedDice: smooth in the denominator must be at least 1e-18',
    );
    expect(() => evaluate(generalizedDice({ includeBackground: false }), [[1]], [[1]])).toThrow(
      'generalizedDice: includeBackground: false needs at least 2 classes',
    );
  });
});
