import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import {
  clone,
  engine,
  type Optimizer,
  type Scalar,
  scalar,
  setBackend,
  type Tensor,
  tensor,
  train,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasFusedAdam, stepFusedAdam } from '../../../src/train/step/fused-adam';
import { loadOptimizer, saveOptimizer } from '../../../src/train/step/optimizer-state';
import { expectNoLeak } from '../../support/leaks';

beforeAll(() => registerSimdBackend({ threads: 2 }));
beforeEach(() => setBackend('simd'));

/** One weight that vectors fit, a number, one cut into several stretches, and one with a rest. */
const SHAPES = [[4, 4], [], [130, 127], [7]];
const STEPS = 20;

const spread = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 10 ** ((i % 7) - 5));
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const weightAt = (i: number) => spread(sizeOf(SHAPES[i]!), i);
const gradientAt = (i: number, step: number) => spread(sizeOf(SHAPES[i]!), 100 * step + i + 10);

function makeWeights(values: readonly Float32Array[] = SHAPES.map((_, i) => weightAt(i))): Variable[] {
  return SHAPES.map((shape, i) => variable(tensor(values[i]!, shape)));
}

/** A step as tfjs makes it, or fused: the second weight gets no gradient at every fourth step. */
function makeStep(optimizer: Optimizer, weights: readonly Variable[], step: number, fused: boolean): void {
  const gradients = SHAPES.map((shape, i) =>
    i === 1 && step % 4 === 3 ? undefined : tensor(gradientAt(i, step), shape),
  );
  if (fused) {
    stepFusedAdam(
      optimizer,
      weights.map((weight, i) => ({ variable: weight, gradient: gradients[i] })),
    );
  } else {
    const named = weights.map((weight, i) => {
      const gradient = gradients[i] ?? tensor(new Float32Array(1), []);
      gradients[i] = gradient;
      return { name: weight.name, tensor: gradient };
    });
    optimizer.applyGradients(named);
  }
  for (const gradient of gradients) gradient?.dispose();
}

const read = (tensors: readonly Tensor[]): Promise<Float32Array[]> =>
  Promise.all(tensors.map(async (t) => (await t.data()) as Float32Array));

async function trained(steps: number, fused: boolean): Promise<Float32Array[]> {
  const weights = makeWeights();
  const optimizer = train.adam(0.01, 0.8, 0.99, 1e-5);
  for (let step = 0; step < steps; step++) makeStep(optimizer, weights, step, fused);
  const values = await read(weights);
  optimizer.dispose();
  for (const weight of weights) weight.dispose();
  return values;
}

/** Adam in double precision (Kingma, Ba, 2015, algorithm 1), with a gradient of zero where there is none. */
function oracle(i: number): number[] {
  const [rate, beta1, beta2, epsilon] = [0.01, 0.8, 0.99, 1e-5];
  const gradients = Array.from({ length: STEPS }, (_, step) => gradientAt(i, step));
  return Array.from(weightAt(i), (start, k) => {
    let [value, m, v] = [start, 0, 0];
    for (let step = 0; step < STEPS; step++) {
      const g = i === 1 && step % 4 === 3 ? 0 : gradients[step]![k]!;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const [mean, square] = [m / (1 - beta1 ** (step + 1)), v / (1 - beta2 ** (step + 1))];
      value -= (rate * mean) / (Math.sqrt(square) + epsilon);
    }
    return value;
  });
}

describe('a fused step of Adam', () => {
  it('gives the weights that the formula gives in double precision, for 20 steps', async () => {
    const values = await trained(STEPS, true);
    values.forEach((actual, i) => {
      const errors = oracle(i).map((expected, k) => Math.abs(actual[k]! - expected) / Math.max(1, Math.abs(expected)));
      expect(Math.max(...errors)).toBeLessThan(STEPS * 2 ** -24); // half a unit in the last place a step
    });
  });

  it('gives the weights that the optimizer of tfjs gives: to the bit on simd, within rounding on cpu', async () => {
    const fused = await trained(STEPS, true);
    expect(fused).toEqual(await trained(STEPS, false));
    await setBackend('cpu');
    const onCpu = await trained(STEPS, false);
    fused.forEach((values, i) => {
      const worst = Math.max(...values.map((value, k) => Math.abs(value - onCpu[i]![k]!)));
      expect(worst).toBeLessThan(1e-6 * Math.max(1, ...onCpu[i]!.map(Math.abs)));
    });
  });

  it('leaves the state that the optimizer of tfjs leaves, so that either goes on where the other stopped', async () => {
    const run = async (kinds: readonly boolean[]) => {
      const weights = makeWeights();
      const optimizer = train.adam(0.01);
      for (const [step, fused] of kinds.entries()) makeStep(optimizer, weights, step, fused);
      // names of weights differ between runs
      const named = JSON.stringify(await saveOptimizer(optimizer), (_, value) =>
        value instanceof Float32Array ? Array.from(value) : value,
      );
      const state = weights.reduce((text, { name }, i) => text.replaceAll(`"${name}/`, `"weight${i}/`), named);
      const result = { state, weights: await read(weights) };
      optimizer.dispose();
      for (const weight of weights) weight.dispose();
      return result;
    };
    const tfjs = await run([false, false, false, false, false, false]);
    expect(tfjs.state).toContain('"weight3/m"');
    expect(await run([true, true, true, true, true, true])).toEqual(tfjs);
    expect(await run([false, true, true, false, false, true])).toEqual(tfjs);
  });

  it('goes on to the bit after its state is saved and loaded', async () => {
    const weights = makeWeights();
    const optimizer = train.adam(0.01, 0.8, 0.99, 1e-5);
    for (let step = 0; step < 8; step++) makeStep(optimizer, weights, step, true);
    const saved = await saveOptimizer(optimizer);
    const before = structuredClone(saved);
    const again = makeWeights(await read(weights));
    const resumed = train.adam(0.5, 0.8, 0.99, 1e-5);
    loadOptimizer(resumed, saved);
    for (let step = 8; step < STEPS; step++) makeStep(resumed, again, step, true);
    expect(await read(again)).toEqual(await trained(STEPS, true));
    expect(saved).toEqual(before);
    for (const t of [...weights, ...again]) t.dispose();
    optimizer.dispose();
    resumed.dispose();
  });

  it('changes no clone of a weight and no array that it was made from', async () => {
    const array = spread(7, 1);
    const start = tensor(array);
    const weight = variable(start);
    const optimizer = train.adam(0.1);
    const step = () => {
      const gradient = tensor(spread(7, 2));
      stepFusedAdam(optimizer, [{ variable: weight, gradient }]);
      gradient.dispose();
    };
    step();
    const copy = clone(weight);
    const [then] = await read([weight]);
    step();
    expect(await read([start, copy])).toEqual([spread(7, 1), then]);
    expect(array).toEqual(spread(7, 1));
    expect(await read([weight])).not.toEqual([then]);
    for (const t of [start, weight, copy]) t.dispose();
    optimizer.dispose();
  });

  it('multiplies the gradients by the factor, and leaves frozen weights alone', async () => {
    const run = async (fused: boolean) => {
      const [a, b] = [variable(tensor(spread(9, 1))), variable(tensor(spread(5, 2)))];
      const optimizer = train.adam(0.1);
      for (let step = 0; step < 3; step++) {
        const gradient = tensor(spread(9, 3 + step));
        const half = scalar(0.5) as Scalar;
        if (fused) {
          const weights = [
            { variable: b, gradient: null },
            { variable: a, gradient },
          ];
          stepFusedAdam(optimizer, weights, half);
        } else {
          const halved = tensor(spread(9, 3 + step).map((v) => v / 2));
          const frozen = { name: b.name, tensor: null as unknown as Tensor };
          optimizer.applyGradients([frozen, { name: a.name, tensor: halved }]);
          halved.dispose();
        }
        gradient.dispose();
        half.dispose();
      }
      const values = await read([a, b]);
      const saved = (await optimizer.getWeights()).length;
      optimizer.dispose();
      a.dispose();
      b.dispose();
      return [...values, saved];
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('keeps two moments a weight and no other tensor', async () => {
    const weights = makeWeights();
    const optimizer = train.adam(0.01);
    await expectNoLeak(() => makeStep(optimizer, weights, 0, true), 2 * SHAPES.length);
    const copies = weights.map((weight) => clone(weight));
    await expectNoLeak(() => makeStep(optimizer, weights, 1, true));
    for (const t of [...weights, ...copies]) t.dispose();
    optimizer.dispose();
  });
});

describe('the fused step', () => {
  it("is taken for tfjs's own Adam alone, on a backend that has the kernel", async () => {
    const optimizers = { adam: train.adam(0.1), adamax: train.adamax(0.1), sgd: train.sgd(0.1) };
    const changed = train.adam(0.1);
    changed.applyGradients = () => {};
    expect(Object.values(optimizers).map(hasFusedAdam)).toEqual([true, false, false]);
    expect(hasFusedAdam(changed)).toBe(false);
    await setBackend('cpu');
    expect(hasFusedAdam(optimizers.adam)).toBe(false);
    for (const optimizer of [...Object.values(optimizers), changed]) optimizer.dispose();
  });

  it('refuses weights that are not floats', () => {
    const integers = tensor([1, 2], [2], 'int32');
    expect(() => engine().runKernel('AdamUpdate', { value0: integers }, {})).toThrow(
      new TypeError('AdamUpdate: every tensor must be float32.'),
    );
    integers.dispose();
  });
});
