import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import { getBackend, grad, setBackend, sum, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Loss } from '../../src/types';
import { cases, expected, expectedGradient, extremeInputs, type Inputs, randomInputs, toTensor } from './cases';

beforeAll(async () => {
  await setBackend('wasm');
});

/** The losses, then their gradient. */
function run(loss: Loss, { shape, yTrue, yPred }: Inputs): [number[], number[]] {
  return tidy(() => {
    const [y, p] = [toTensor(yTrue, shape), toTensor(yPred, shape)];
    return [Array.from(loss(y, p).dataSync()), Array.from(grad((x) => sum(loss(y, x)))(p).dataSync())];
  });
}

describe.each(cases)('$name on the wasm backend', (c) => {
  it('has the losses and the gradient of the oracle', () => {
    expect(getBackend()).toBe('wasm');
    const inputs = randomInputs(c, [2, 3, 2, 3], 5);
    const [losses, slopes] = run(c.loss, inputs);
    expected(c.oracle, inputs).forEach((value, i) => {
      expect(Math.abs(losses[i] - value), `${losses[i]}, wanted ${value}`).toBeLessThan(3e-6 * (1 + Math.abs(value)));
    });
    expectedGradient(c.oracle, inputs).forEach((value, i) => {
      expect(Math.abs(slopes[i] - value), `${slopes[i]}, wanted ${value}`).toBeLessThan(2e-5 * (1 + Math.abs(value)));
    });
  });

  it('is finite, with its gradient, for predictions that are exactly right and wrong', () => {
    const [losses, slopes] = run(c.loss, extremeInputs(c, [3, 2, 2, 3]));
    for (const value of [...losses, ...slopes]) expect(Number.isFinite(value), `${value}`).toBe(true);
  });
});
