import {
  dispose,
  type Scalar,
  scalar,
  type Tensor,
  tensor,
  train,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { useBackend } from '../../../../src/backends';
import { random } from '../../../../src/internal/random';
import { hasFusedAdam, stepFusedAdam } from '../../../../src/train/step/fused-adam';

const STEPS = 20;
const [RATE, BETA1, BETA2, EPSILON] = [0.01, 0.8, 0.99, 1e-5];

/** A number, less than a workgroup's threads, more than a row of workgroups, and four axes. */
const SHAPES = [[], [7], [130, 127], [3, 3, 5, 8]];
const FROZEN = [4];

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function drawn(seed: number, shape: readonly number[]): Float32Array {
  const { uniform } = random(seed);
  // Of all magnitudes: below epsilon and above 1.
  return Float32Array.from({ length: sizeOf(shape) }, () => uniform(-1, 1) * 10 ** uniform(-7, 1));
}

const gradientAt = (weight: number, step: number): Float32Array => drawn(1000 * step + weight + 100, SHAPES[weight]);
/** The second weight gets no gradient at every fourth step. */
const isReached = (weight: number, step: number): boolean => weight !== 1 || step % 4 !== 3;

/** Adam in double precision, as in Kingma and Ba, 2015, algorithm 1. */
function expectedWeight(weight: number, factor: number): number[] {
  const gradients = Array.from({ length: STEPS }, (_, step) => gradientAt(weight, step));
  return Array.from(drawn(weight, SHAPES[weight]), (start, k) => {
    let [value, m, v] = [start, 0, 0];
    for (let step = 0; step < STEPS; step++) {
      const g = isReached(weight, step) ? factor * gradients[step][k] : 0;
      m = BETA1 * m + (1 - BETA1) * g;
      v = BETA2 * v + (1 - BETA2) * g * g;
      value -= (RATE * (m / (1 - BETA1 ** (step + 1)))) / (Math.sqrt(v / (1 - BETA2 ** (step + 1))) + EPSILON);
    }
    return value;
  });
}

async function trained(factor: number | undefined): Promise<number[][]> {
  const weights = SHAPES.map((shape, i) => variable(tensor(drawn(i, shape), shape)));
  const frozen = variable(tensor(drawn(9, FROZEN), FROZEN));
  const optimizer = train.adam(RATE, BETA1, BETA2, EPSILON);
  if (!hasFusedAdam(optimizer)) throw new Error('webgpu has no AdamUpdate');
  for (let step = 0; step < STEPS; step++) {
    const gradients = SHAPES.map((shape, i) => (isReached(i, step) ? tensor(gradientAt(i, step), shape) : undefined));
    const scale = factor === undefined ? undefined : (scalar(factor) as Scalar);
    const all: { variable: Variable; gradient: Tensor | null | undefined }[] = weights.map((weight, i) => ({
      variable: weight,
      gradient: gradients[i],
    }));
    all.splice(2, 0, { variable: frozen, gradient: null });
    stepFusedAdam(optimizer, all, scale);
    dispose([...gradients, scale].filter((given) => given !== undefined));
  }
  const numbers = await Promise.all([...weights, frozen].map(async (weight) => [...(await weight.data())]));
  optimizer.dispose();
  dispose([...weights, frozen]);
  return numbers;
}

/** How far weights are from Adam's in double precision after some steps, relative to those above 1. */
export async function stepAdam(): Promise<{ factor: number; error: number; frozen: boolean }[]> {
  await useBackend('webgpu', { software: true });
  const outcomes: { factor: number; error: number; frozen: boolean }[] = [];
  for (const factor of [1, 0.5]) {
    const found = await trained(factor === 1 ? undefined : factor);
    const errors = SHAPES.flatMap((_, i) =>
      expectedWeight(i, factor).map((value, k) => Math.abs(found[i][k] - value) / Math.max(1, Math.abs(value))),
    );
    const error = errors.reduce((most, value) => (value <= most ? most : Number.isNaN(value) ? 1 : value), 0);
    const frozen = found[SHAPES.length].join() === drawn(9, FROZEN).join();
    outcomes.push({ factor, error, frozen });
  }
  return outcomes;
}
