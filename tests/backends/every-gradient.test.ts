import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerCpuTrainingKernels, registerWasmTrainingKernels } from '../../src/backends';
import { type GradientCase, gradientCases } from './gradient-cases';
import { differenceFromSlopes, values } from './support';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
/**
 * Slopes are taken over steps of 1/256, which leaves a sixth of the third derivative times 256^-2, and 256 times the
 * float32 rounding of the values that an input reaches.
 */
const slopeTolerance = 2e-3;
/** Approximations of exp, tanh and the like differ between the backends by some units in the last place. */
const roundingTolerance = 1e-5;

interface Result {
  readonly values: number[];
  /** By how much the gradients differ from the slopes. */
  readonly slopeError: number;
}

/** An op's value, its gradients for a fixed, uneven weighting of its outputs, and whether they are its slopes. */
function differentiate([op, shapes, low, high]: GradientCase): Result {
  return tf.tidy(() => {
    const weighted: Op = (...inputs) => {
      const y = (op as Op)(...inputs);
      return tf.sum(tf.mul(y, tf.tensor(values(0, y.shape), y.shape)));
    };
    const data = shapes.map((shape, i) => values(i + 1, shape, low, high));
    const inputs = data.map((x, i) => tf.tensor(x, [...shapes[i]]));
    const { value, grads } = tf.valueAndGrads(weighted as Parameters<typeof tf.valueAndGrads>[0])(inputs);
    const errors = grads.map((gradient, i) => {
      const at = (x: Float32Array) =>
        tf.tidy(() => {
          const y = (op as Op)(...inputs.with(i, tf.tensor(x, [...shapes[i]])));
          const weights = values(0, y.shape);
          return [...y.dataSync()].reduce((total, value, k) => total + value * weights[k], 0);
        });
      return differenceFromSlopes(at, data[i], gradient.dataSync(), 1 / 256);
    });
    const results = [(op as Op)(...inputs), value, ...grads].flatMap((result) => [...result.dataSync()]);
    return { values: results, slopeError: Math.max(...errors) };
  });
}

beforeAll(() => {
  registerCpuTrainingKernels();
  registerWasmTrainingKernels();
});

/** The same on one backend, which it leaves as empty as it was. */
async function differentiateOn(backend: string, example: GradientCase): Promise<Result> {
  await tf.setBackend(backend);
  const before = tf.backend().numDataIds();
  const result = differentiate(example);
  expect(tf.backend().numDataIds()).toBe(before);
  return result;
}

describe('on cpu and on wasm, values are equal, gradients are the slopes and nothing is left behind', () => {
  for (const [name, example] of Object.entries(gradientCases)) {
    it(`for ${name}`, async () => {
      const expected = await differentiateOn('cpu', example);
      const got = await differentiateOn('wasm', example);
      expect(expected.slopeError).toBeLessThan(slopeTolerance);
      expect(got.slopeError).toBeLessThan(slopeTolerance);
      expect(got.values.length).toBe(expected.values.length);
      got.values.forEach((value, i) => {
        expect(Math.abs(value - expected.values[i])).toBeLessThan(roundingTolerance * (1 + Math.abs(value)));
      });
    });
  }
});
