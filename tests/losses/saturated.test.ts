import { grad, sigmoid, softmax, sum, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bce, binaryFocal, categoricalFocal, crossEntropy, softDice, sumOf } from '../../src/losses/index';
import type { Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { gradient } from './evaluate';

useCpu();

const binary = { bce: bce(), 'bce of a sum': sumOf([bce()]), binaryFocal: binaryFocal({ gamma: 0, alpha: null }) };
const exclusive = { crossEntropy: crossEntropy(), categoricalFocal: categoricalFocal({ gamma: 0 }) };

/** The slopes of a loss at some logits behind an activation. */
function slopes(loss: Loss, activation: (x: Tensor) => Tensor, yTrue: number[][], logits: number[][]): number[] {
  return tidy(() => {
    const total = grad((x) => sum(loss(tensor2d(yTrue), activation(x))));
    return Array.from(total(tensor2d(logits)).dataSync());
  });
}

const expectNear = (got: readonly number[], wanted: readonly number[]) => {
  expect(got).toHaveLength(wanted.length);
  for (const [i, value] of wanted.entries()) expect(Math.abs(got[i] - value), `${i}: ${got[i]}`).toBeLessThan(2e-6);
};

describe('behind a saturated activation, on any tape', () => {
  it.each(Object.entries(binary))('%s has the slope p - y of a sigmoid', (_, loss) => {
    for (const x of [-5, -16, -17, -23, -40, -60]) {
      const p = 1 / (1 + Math.exp(-x));
      expectNear(slopes(loss, sigmoid, [[1, 0]], [[x, x]]), [(p - 1) / 2, p / 2]);
    }
    // In single precision p is exactly 1 here: what is known of 1 - p is gone.
    expectNear(slopes(loss, sigmoid, [[1, 0]], [[100, 100]]), [0, 0]);
  });

  it.each(Object.entries(exclusive))('%s has the slope p - y of a softmax', (_, loss) => {
    for (const x of [-5, -17, -30, -60]) {
      const p = Math.exp(x) / (2 + Math.exp(x));
      const wanted = [(1 - p) / 2, p - 1, (1 - p) / 2];
      expectNear(
        slopes(loss, (v) => softmax(v), [[0, 1, 0]], [[0, x, 0]]),
        wanted,
      );
    }
  });

  it('focal losses keep theirs', () => {
    const at = (loss: Loss, x: number) => slopes(loss, sigmoid, [[1]], [[x]])[0];
    // d/dx of (1 - p)^2 log(1 + e^-x) is -1 + 2 p (x - 1) and less, for p near 0.
    expect(at(binaryFocal({ alpha: null }), -25)).toBeCloseTo(-1, 5);
    expect(at(binaryFocal({ alpha: 0.25, gamma: 3 }), -25)).toBeCloseTo(-0.25, 5);
    const [, slope] = slopes(categoricalFocal({ alpha: [1, 0.5] }), (v) => softmax(v), [[0, 1]], [[0, -25]]);
    expect(slope).toBeCloseTo(-0.5, 5);
  });

  it('sums with other losses keep it too', () => {
    const [slope] = slopes(sumOf([softDice(), bce()], { weights: [0, 2] }), sigmoid, [[1]], [[-30]]);
    expect(slope).toBeCloseTo(-2, 5);
  });
});

describe('the slope of a probability', () => {
  it.each(Object.entries(binary))('of %s is (p - y) / (p (1 - p)), below the clipped range too', (_, loss) => {
    for (const p of [0.3, 1e-3, 1e-9, 1e-20]) {
      const [missed, invented] = gradient(loss, [[1], [0]], [[p], [p]]);
      expect(missed * p).toBeCloseTo(-1, 5);
      expect(invented * (1 - p)).toBeCloseTo(1, 5);
    }
  });

  it.each(Object.entries({ ...binary, ...exclusive }))('of %s is finite at 0 and 1', (_, loss) => {
    const labels = [[1, 0], [0, 1], [1, 0], [0, 1]]; // biome-ignore format: pairs
    const guesses = [[0, 1], [0, 1], [1, 0], [1, 0]]; // biome-ignore format: pairs
    for (const slope of gradient(loss, labels, guesses)) expect(Number.isFinite(slope)).toBe(true);
  });

  it('of bce lets a softmax that was rounded to 1 and 0 learn by what it knows', () => {
    const [of0, of1] = slopes(bce(), (v) => softmax(v), [[0, 1]], [[0, -25]]);
    for (const slope of [of0, of1]) expect(Math.abs(slope)).toBeLessThan(2);
    expect(of1).toBeLessThan(-0.4);
  });
});
