import { grad, ones, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { lovaszHinge, lovaszSoftmax } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

it('lovaszSoftmax is 1 less the mean Jaccard index of hard predictions, and 0 at shares as labels', () => {
  const [a, b, c] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  // Jaccard indices: a 1 of 2, b 1 of 3; c is not held, so that its 0 of 1 does not count.
  expect(evaluate(lovaszSoftmax(), [[a, a, b, b]], [[a, b, b, c]])[0]).toBeCloseTo(1 - (1 / 2 + 1 / 3) / 2, 6);
  const shares = [
    [
      [0.25, 0.75],
      [0.5, 0.5],
    ],
  ];
  expect(evaluate(lovaszSoftmax(), shares, shares)).toEqual([0]);
});

it('lovaszHinge of an empty mask is its largest error, with the slope there alone', () => {
  const hinge = lovaszHinge({ fromLogits: true });
  const [label, logits] = [[[[0], [0], [0]]], [[[-3], [2], [1]]]];
  expect(evaluate(hinge, label, logits)).toEqual([3]);
  expect(gradient(hinge, label, logits)).toEqual([0, 1, 0]);
});

it('of a batch that is pooled, every sample has the value and the slopes of all pixels together', () => {
  const { yTrue, yPred } = {
    yTrue: [
      [[1], [0]],
      [[0], [1]],
    ],
    yPred: [
      [[0.5], [-2]],
      [[3], [-1]],
    ],
  };
  const [pooled, single] = [lovaszHinge({ fromLogits: true, pool: 'batch' }), lovaszHinge({ fromLogits: true })];
  const [whole] = evaluate(single, [yTrue.flat()], [yPred.flat()]);
  expect(evaluate(pooled, yTrue, yPred)).toEqual([whole, whole]);
  const slopes = gradient(single, [yTrue.flat()], [yPred.flat()]);
  expect(gradient(pooled, yTrue, yPred)).toEqual(slopes.map((slope) => 2 * slope));
});

it('lovaszHinge weighs the elements of each class by itself', () => {
  const weight: Tensor = tensor([
    [
      [1, 0],
      [0, 1],
    ],
  ]);
  const [yTrue, yPred] = [
    zeros([1, 2, 2]),
    tensor([
      [
        [1, 9],
        [9, 3],
      ],
    ]),
  ];
  const hinge = lovaszHinge({ fromLogits: true });
  expect(hinge(yTrue, yPred, weight).dataSync()[0]).toBe(3);
  expect([...grad((x) => sum(hinge(yTrue, x, weight)))(yPred).dataSync()]).toEqual([0.5, 0, 0, 0.5]);
});

it('says what it cannot be of', () => {
  expect(() => lovaszSoftmax()(ones([2, 3, 1]), ones([2, 3, 1]))).toThrow(
    'at least 2 classes in the last axis, got shape [2,3,1]',
  );
  expect(() => lovaszHinge({ pool: 'image' as 'batch' })).toThrow("lovaszHinge: pool must be one of 'sample', 'batch'");
});
