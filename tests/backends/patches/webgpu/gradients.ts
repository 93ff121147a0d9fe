import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../../../src/backends';
import { random } from '../../../../src/internal/random';
import { type GradientCase, gradientCases } from '../../gradient-cases';

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

function drawn(seed: number, shape: readonly number[], low = -2, high = 2): tf.Tensor {
  const { uniform } = random(seed);
  return tf.tensor(
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => uniform(low, high)),
    [...shape],
  );
}

/** An op's values, the value and the gradients of a weighted sum of them, and how many tensors are left behind. */
async function differentiate([op, shapes, low, high]: GradientCase): Promise<{ numbers: number[]; left: number }> {
  const before = tf.backend().numDataIds();
  const results = tf.tidy(() => {
    const compute = op as Op;
    const weighted: Op = (...inputs) => {
      const y = compute(...inputs);
      return tf.sum(tf.mul(y, drawn(0, y.shape)));
    };
    const inputs = shapes.map((shape, i) => drawn(i + 1, shape, low, high));
    const { value, grads } = tf.valueAndGrads(weighted as Parameters<typeof tf.valueAndGrads>[0])(inputs);
    return [compute(...inputs), value, ...grads];
  });
  const numbers: number[] = [];
  for (const result of results) numbers.push(...(await result.data()));
  tf.dispose(results);
  return { numbers, left: tf.backend().numDataIds() - before };
}

/** For every differentiable op, how webgpu differs from cpu: the largest difference relative to 1 and the number. */
export async function computeGradients(): Promise<{ name: string; difference: number; left: number }[]> {
  await useBackend('cpu');
  await useBackend('webgpu', { software: true });
  const outcomes: { name: string; difference: number; left: number }[] = [];
  for (const [name, example] of Object.entries(gradientCases)) {
    await tf.setBackend('cpu');
    const expected = (await differentiate(example)).numbers;
    await tf.setBackend('webgpu');
    const { numbers, left } = await differentiate(example);
    const differences = expected.map((value, i) => Math.abs(numbers[i] - value) / (1 + Math.abs(value)));
    // NaN and missing numbers must not pass for small.
    const same = numbers.length === expected.length && differences.every((value) => value >= 0);
    outcomes.push({ name, difference: same ? Math.max(...differences) : Number.MAX_VALUE, left });
  }
  return outcomes;
}
