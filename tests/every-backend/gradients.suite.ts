import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { useBackend } from '../../src/backends';
import { type GradientCase, gradientCases } from '../backends/gradient-cases';
import { differenceFromSlopes, values } from '../backends/support';
import { name, numbersOf, useNamedBackend, worstError } from './backend';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

/**
 * Slopes are taken over steps of 1/256, which leaves a sixth of the third derivative times 256^-2, and 256 times the
 * float32 rounding of the values that an input reaches.
 */
const SLOPE_TOLERANCE = 2e-3;
/** Approximations of exp, tanh and the like differ between the backends by some units in the last place. */
const ROUNDING = 2e-5;
/** WGSL lets sin and cos be off by 2^-11, and what is made of them or of atan2 with them. */
const LOOSE: { readonly [op: string]: number } =
  name === 'webgpu' ? { acos: 1e-4, cos: 5e-4, sin: 5e-4, tan: 5e-4 } : {};

const draw = (shapes: GradientCase[1], low?: number, high?: number) =>
  shapes.map((shape, i) => values(i + 1, shape, low, high));

/** An op's values, and its gradients for a fixed, uneven weighting of its outputs. */
async function differentiate([op, shapes, low, high]: GradientCase) {
  const results = tf.tidy(() => {
    const inputs = draw(shapes, low, high).map((x, i) => tf.tensor(x, [...shapes[i]]));
    const weighted: Op = (...xs) => {
      const y = (op as Op)(...xs);
      return tf.sum(tf.mul(y, tf.tensor(values(0, y.shape), y.shape)));
    };
    const { value, grads } = tf.valueAndGrads(weighted as Parameters<typeof tf.valueAndGrads>[0])(inputs);
    return [(op as Op)(...inputs), value, ...grads];
  });
  const [y, sum, ...gradients] = await Promise.all(results.map((result) => numbersOf([result])));
  tf.dispose(results);
  return { values: [...y, ...sum], gradients };
}

/** By how much `gradients` differ from the slopes of the op on the cpu backend, which sums in double precision. */
function slopeError([op, shapes, low, high]: GradientCase, gradients: readonly number[][]): number {
  const data = draw(shapes, low, high);
  const errors = gradients.map((gradient, i) => {
    const at = (x: Float32Array) =>
      tf.tidy(() => {
        const y = (op as Op)(...data.map((other, k) => tf.tensor(k === i ? x : other, [...shapes[k]])));
        const weights = values(0, y.shape);
        return [...y.dataSync()].reduce((total, value, k) => total + value * weights[k], 0);
      });
    return differenceFromSlopes(at, data[i], gradient, 1 / 256);
  });
  return Math.max(...errors);
}

describe(`${name} gives the cpu backend's values and gradients that are their slopes, and leaves nothing behind`, () => {
  it.each(Object.entries(gradientCases))('for %s', async (op, example) => {
    const rounding = LOOSE[op] ?? ROUNDING;
    await useBackend('cpu');
    const expected = await differentiate(example);
    await useNamedBackend();
    const before = tf.backend().numDataIds();
    const found = await differentiate(example);
    expect(tf.backend().numDataIds()).toBe(before);
    await useBackend('cpu');
    expect(slopeError(example, found.gradients)).toBeLessThan(SLOPE_TOLERANCE);
    expect(worstError(found.values, expected.values)).toBeLessThan(rounding);
    expect(worstError(found.gradients.flat(), expected.gradients.flat())).toBeLessThan(rounding);
  });
});
