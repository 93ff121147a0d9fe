import { mean, sigmoid, type Tensor, type Tensor1D, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { bce, crossEntropy, mae, mse, softDice, sumOf } from '../../src/losses/index';
import type { Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { evaluate } from './evaluate';

useCpu();

/** A loss of one's own: it says nothing of itself, and takes no weights of elements. */
const own: Loss = (_: Tensor, yPred: Tensor) => mean<Tensor1D>(yPred, -1);

describe('what a sum says of itself', () => {
  it('is what suits all of its losses', () => {
    const sum = sumOf([crossEntropy(), softDice(), mse(), own]);
    expect(sum.takes).toEqual(['distribution']);
    expect(sum.labels).toEqual([0, 1]);
    expect(sum).toHaveLength(3);
    const narrower = Object.assign(mae(), { labels: [-3, 0.5] as const });
    expect(sumOf([bce(), narrower]).labels).toEqual([0, 0.5]);
    expect(sumOf([mse(), own]).takes).toBeUndefined();
  });

  it('is refused in words where nothing does', () => {
    expect(() => sumOf([bce({ fromLogits: true }), softDice()])).toThrow(
      'sumOf: no output suits all losses: they take logit; probability or distribution. Leave out fromLogits',
    );
    const elsewhere = Object.assign(mae(), { labels: [2, 3] as const });
    expect(() => sumOf([bce(), elsewhere])).toThrow('sumOf: no label suits all losses: they lie in [0,1]; [2,3].');
    expect(() => sumOf([bce({ fromLogits: true }), crossEntropy({ fromLogits: true })])).toThrow(
      'sumOf: one loss reads logits through a sigmoid, another through a softmax',
    );
    expect(() => sumOf([bce({ ignoreIndex: 255 }), softDice()])).toThrow(
      'sumOf: all losses must have the same ignoreIndex, got 255 of loss 0, none of loss 1.',
    );
    expect(() => sumOf([mse()], { weigths: [1] } as object)).toThrow(
      "unknown option 'weigths'. Did you mean 'weights'?",
    );
  });

  it('has the form for logits that one of its losses has; the others get the activated logits', () => {
    const [y, x] = [[[1, 0], [0, 1]], [[0.5, -1], [2, 0.25]]]; // biome-ignore format: pairs
    const p = Array.from(sigmoid(tensor2d(x)).arraySync() as number[][]);
    const sum = sumOf([softDice(), bce(), own], { weights: [1, 2, 3] });
    const [ofLogits, ofProbabilities] = [evaluate(sum.fromLogits!, y, x), evaluate(sum, y, p)];
    ofLogits.forEach((value, i) => {
      expect(value).toBeCloseTo(ofProbabilities[i], 5);
    });
    expect({ ...sum.fromLogits }).toMatchObject({ takes: ['logit'], activation: 'sigmoid', labels: [0, 1] });
    // A distribution comes from a softmax, whatever bce is used to.
    expect(sumOf([bce(), crossEntropy()]).fromLogits?.activation).toBe('softmax');
    expect(sumOf([softDice(), mse()]).fromLogits).toBeUndefined();
    expect({ ...sumOf([bce({ fromLogits: true }), mse()]) }).toMatchObject({ takes: ['logit'], activation: 'sigmoid' });
  });

  it('leaves out what all of its losses do, and hands weights on', () => {
    const options = { ignoreIndex: 255 };
    const sum = sumOf([bce(options), mse(options)]);
    expect(sum.ignoreIndex).toBe(255);
    expect(sum.fromLogits?.ignoreIndex).toBe(255);
    const [value] = evaluate(sum, [[1, 255]], [[0.5, 0.9]]);
    expect(value).toBeCloseTo(Math.LN2 + 0.25, 6);
    const [y, p] = [tensor2d([[1, 0]]), tensor2d([[0.5, 0.9]])];
    const [weighted] = sumOf([bce(), mse()])(y, p, tensor2d([[2, 0]])).dataSync();
    expect(weighted).toBeCloseTo(Math.LN2 + 0.25, 6);
  });

  it('does not hide that one of its losses takes no weights of elements', () => {
    const [y, p] = [tensor2d([[1, 0]]), tensor2d([[0.5, 0.9]])];
    expect(() => sumOf([mse(), own])(y, p, y)).toThrow('and loss 1 takes no third argument `weight`: give it one.');
  });
});
