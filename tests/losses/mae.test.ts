import { describe, expect, it } from 'vitest';
import { mae } from '../../src/losses/index';
import { useCpu } from '../support/cpu';
import { evaluate, gradient } from './evaluate';

useCpu();

describe('mae', () => {
  it('is the mean of the absolute differences of each sample', () => {
    const [yTrue, yPred] = [
      [1, 2, 3, 4],
      [1, 4, 2, 4],
    ];
    expect(evaluate(mae(), [yTrue, yTrue], [yPred, yTrue])).toEqual([3 / 4, 0]);
  });

  it('has the gradient sign(p - y) / n, and none where the two agree', () => {
    expect(gradient(mae(), [[1, 2, 0, 5]], [[3, 1.5, 0, 5]])).toEqual([0.25, -0.25, 0, 0]);
  });
});
