import { grad, ones, sum, type Tensor, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { crossEntropy, sparseCrossEntropy } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { evaluate } from './evaluate';

useCpu();

const numbers = [[[0], [2], [1]], [[1], [1], [0]]]; // biome-ignore format: one pixel each
const guesses = [
  [[0.5, 0.25, 0.25], [0.1, 0.7, 0.2], [0.3, 0.3, 0.4]],
  [[0.2, 0.2, 0.6], [0.8, 0.1, 0.1], [0, 0.5, 0.5]],
]; // biome-ignore format: one pixel each

describe('sparseCrossEntropy', () => {
  it('is -log of the probability of the class, averaged over pixels', () => {
    const [first, second] = evaluate(sparseCrossEntropy(), numbers, guesses);
    expect(first).toBeCloseTo(-(Math.log(0.5) + Math.log(0.2) + Math.log(0.3)) / 3, 6);
    expect(second).toBeCloseTo(-(Math.log(0.2) + Math.log(0.1) + Math.log(1e-7)) / 3, 5);
  });

  it.each([{}, { labelSmoothing: 0.2 }, { classWeights: [1, 2, 0.5] }, { fromLogits: true }])(
    'is crossEntropy of one-hot labels, its slopes and its weights too, with %j',
    (options) => {
      const [sparse, dense] = [sparseCrossEntropy(options), crossEntropy(options)];
      const y = tensor(numbers);
      const rows = tensor(numbers.map((sample) => sample.map(([c]) => [0, 1, 2].map((each) => Number(each === c)))));
      const p = tensor(guesses);
      const weight = tensor([[[1], [0], [2]], [[3], [1], [0]]]); // biome-ignore format: one pixel each
      for (const w of [undefined, weight]) {
        const values = (loss: typeof sparse, labels: Tensor) => Array.from(loss(labels, p, w).dataSync());
        const slopes = (loss: typeof sparse, labels: Tensor) =>
          Array.from(grad((x) => sum(loss(labels, x, w)))(p).dataSync());
        expect(values(sparse, y)).toEqual(values(dense, rows));
        expect(slopes(sparse, y)).toEqual(slopes(dense, rows));
      }
      expect(sparse.fromLogits?.classNumbers).toBe(dense.fromLogits && true);
    },
  );

  it('leaves out what it is told to ignore, a class too', () => {
    const loss = sparseCrossEntropy({ ignoreIndex: -100 });
    expect({ ...loss }).toMatchObject({ classNumbers: true, ignoreIndex: -100 });
    expect(loss.labels).toBeUndefined();
    const [value, nothing] = evaluate(loss, [[[0], [-100]], [[-100], [-100]]], [guesses[0].slice(1), guesses[1].slice(1)]); // biome-ignore format: short
    expect(value).toBeCloseTo(-Math.log(0.1), 6);
    expect(nothing).toBe(0);
    expect(
      evaluate(
        sparseCrossEntropy({ ignoreIndex: 0 }),
        [[0], [2]],
        [
          [0.5, 0.1, 0.4],
          [0.5, 0.1, 0.4],
        ],
      )[0],
    ).toBe(0);
  });

  it('refuses what is no class, and labels of another shape', () => {
    expect(() => evaluate(sparseCrossEntropy(), [[3]], [[0.5, 0.25, 0.25]])).toThrow(
      'sparseCrossEntropy: yTrue holds 3 in sample 0 (value 0); labels must be the numbers of classes, 0 to 2, or ignoreIndex.',
    );
    expect(() => evaluate(sparseCrossEntropy(), [[0.5]], [[0.5, 0.5]])).toThrow('yTrue holds 0.5');
    expect(() => evaluate(sparseCrossEntropy(), [[1, 0]], [[0.5, 0.5]])).toThrow(
      'sparseCrossEntropy: yTrue must hold numbers of classes, shape [1,1] for predictions of shape [1,2], got [1,2].',
    );
    expect(() => sparseCrossEntropy()(zeros([1, 1]), ones([1, 2]), tensor1d([1]))).toThrow('weight must hold a weight');
    expect(() => sparseCrossEntropy({ classWeight: [1] } as object)).toThrow("Did you mean 'classWeights'?");
  });

  it('leaves no tensor behind', async () => {
    const [y, p] = [tensor(numbers), tensor(guesses)];
    await expectNoLeak(() => sparseCrossEntropy({ ignoreIndex: 255 })(y, p), 1);
  });
});
