import { describe, expect, it } from 'vitest';
import { mse } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

describe('mse', () => {
  it('is the mean of the squares of each sample', () => {
    const [yTrue, yPred] = [
      [1, 2, 3, 4],
      [1, 4, 2, 4],
    ];
    expect(evaluate(mse(), [yTrue, yTrue], [yPred, yTrue])).toEqual([5 / 4, 0]);
  });

  it('takes one value per sample', () => {
    expect(evaluate(mse(), [1, 2], [3, 2])).toEqual([4, 0]);
  });

  it('has the gradient 2 (p - y) / n', () => {
    expect(gradient(mse(), [[1, 2]], [[3, 1.5]])).toEqual([2, -0.5]);
  });
});
