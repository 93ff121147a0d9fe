import { grad, mean, sum, tensor } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import {
  bce,
  focalTversky,
  generalizedDice,
  jaccard,
  perClass,
  softDice,
  sumOf,
  tversky,
} from '../../src/losses/index';
import type { Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

// Two samples of two pixels; the second holds no class 1.
const yTrue = tensor([
  [
    [1, 0],
    [1, 1],
  ],
  [
    [1, 0],
    [0, 0],
  ],
]);
const yPred = tensor([
  [
    [1, 0],
    [0, 0],
  ],
  [
    [1, 0.5],
    [0, 0.5],
  ],
]);
const values = (loss: Loss) => Array.from(perClass(loss)(yTrue, yPred).dataSync());

it('is the ratio of each class, what is absent said apart', () => {
  const dice = { smooth: { numerator: 0, denominator: 1e-7 } };
  const near = (got: number[], wanted: number[]) => {
    expect(got).toHaveLength(wanted.length);
    for (const [i, value] of wanted.entries())
      expect(got[i]).toEqual(Number.isNaN(value) ? value : expect.closeTo(value, 6));
  };
  near(values(softDice(dice)), [1 / 3, 1, 0, 1]);
  near(values(softDice({ ...dice, absent: 'zero' })), [1 / 3, 1, 0, 0]);
  near(values(softDice({ ...dice, absent: 'skip' })), [1 / 3, 1, 0, Number.NaN]);
  near(values(softDice({ ...dice, includeBackground: false, classWeights: [3] })), [3, 3]);
  // Of the batch: 2 of 3 pixels of class 0 found, none of class 1.
  near(values(softDice({ ...dice, pool: 'batch' })), [1 / 5, 1, 1 / 5, 1]);
});

it.each([softDice(), jaccard(), tversky(), focalTversky()])(
  'has the loss as its mean, in values and slopes',
  (loss) => {
    const each = perClass(loss);
    expect(each(yTrue, yPred).shape).toEqual([2, 2]);
    expect(mean(each(yTrue, yPred), 1).dataSync()).toEqual(loss(yTrue, yPred).dataSync());
    const slopes = grad((p) => sum(mean(each(yTrue, p), 1)))(yPred).dataSync();
    expect(slopes).toEqual(grad((p) => sum(loss(yTrue, p)))(yPred).dataSync());
    const weight = tensor([
      [[1], [0]],
      [[2], [1]],
    ]);
    expect(mean(each(yTrue, yPred, weight), 1).dataSync()).toEqual(loss(yTrue, yPred, weight).dataSync());
  },
);

it('checks as the loss does, and leaves nothing behind', async () => {
  expect(() => perClass(softDice())(tensor([[255]]), tensor([[0.5]]))).toThrow('softDice: yTrue holds 255');
  const ignoring = perClass(softDice({ ignoreIndex: 255 }));
  expect(ignoring(tensor([[255]]), tensor([[0.5]])).dataSync()[0]).toBe(0);
  await expectNoLeak(() => perClass(softDice({ absent: 'skip' }))(yTrue, yPred), 1);
});

it('refuses what has no value for each class', () => {
  for (const loss of [bce(), generalizedDice(), softDice({ average: 'micro' }), sumOf([softDice()])]) {
    expect(() => perClass(loss)).toThrow('this loss has no value for each class');
  }
  expect(() => perClass('softDice' as unknown as Loss)).toThrow(TypeError);
});
