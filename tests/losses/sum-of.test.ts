import { zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bce, mae, mse, softDice, sumOf } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

const [y, p] = [
  [
    [1, 0],
    [1, 1],
  ],
  [
    [0.5, 0.25],
    [1, 0.5],
  ],
];

describe('sumOf', () => {
  it('adds losses up, 1 each by default', () => {
    const [squared, absolute] = [evaluate(mse(), y, p), evaluate(mae(), y, p)];
    expect(evaluate(sumOf([mse(), mae()]), y, p)).toEqual(squared.map((v, i) => v + absolute[i]));
    expect(evaluate(sumOf([mse(), mae()], { weights: [2, 4] }), y, p)).toEqual(
      squared.map((v, i) => 2 * v + 4 * absolute[i]),
    );
    expect(evaluate(sumOf([mse()]), y, p)).toEqual(squared);
  });

  it('adds their gradients up', () => {
    const half = gradient(mse(), y, p).map((v) => v / 2);
    expect(gradient(sumOf([mse(), softDice()], { weights: [0.5, 0] }), y, p)).toEqual(half);
  });

  it('can be summed again', () => {
    const inner = sumOf([mse(), mae()]);
    expect(evaluate(sumOf([inner, inner]), y, p)).toEqual(evaluate(inner, y, p).map((v) => 2 * v));
  });

  it('lets its losses check what they are given', () => {
    expect(() => sumOf([bce(), mse()])(zeros([2]), zeros([3]))).toThrow('bce: yTrue and yPred must have one shape');
  });

  it('rejects weights that do not fit', () => {
    expect(() => sumOf([])).toThrow('sumOf: losses must hold at least one loss, got none.');
    expect(() => sumOf([mse()], { weights: [1, 2] })).toThrow(
      'sumOf: weights must hold one weight a loss, got 2 for 1.',
    );
    expect(() => sumOf([mse()], { weights: [Number.NaN] })).toThrow(
      'sumOf: weights must lie in [0, Infinity], got NaN.',
    );
    expect(() => sumOf([mse()], { weights: [-1] })).toThrow(RangeError);
  });
});
