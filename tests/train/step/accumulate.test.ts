import {
  add,
  addN,
  div,
  maximum,
  mean,
  minimum,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor1D,
  tensor2d,
  tensor3d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, regularizers } from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import { SeededDropout } from '../../../src/layers/seeded-dropout';
import { fromLayersModel } from '../../../src/models/index';
import { createTrainer, fixedWeights, sumGradient, type TrainerOptions } from '../../../src/train/index';
import type { Batch, Loss, Weighting } from '../../../src/types';
import { AGGREGATORS, ELEMENTWISE } from '../../contracts/aggregators';
import { WEIGHTINGS } from '../../contracts/weightings';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';

// `accumulate: k` makes the step of the one batch that holds all samples, however they are shared out.

useCpu();

const losses = { a: squares, b: squares };

/** Eleven samples; the labels of task b are unknown for most of the first ones. */
const X = Array.from({ length: 11 }, (_, i) => [Math.sin(i + 1), 0.3 * i - 1.1]);
const Y = { a: X.map(([p, q]) => p - q), b: X.map(([p, q], i) => p + 2 * q + 0.2 * i) };
const WEIGHT = { a: [1, 2, 0, 1, 1, 0.5, 1, 1, 3, 1, 1], b: [0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 0.25] };

const rowsOf = (from: number, to: number): Batch<TinyTask> => {
  const cut = <V>(values: readonly V[]) => values.slice(from, to);
  return tinyBatch(cut(X), { a: cut(Y.a), b: cut(Y.b) }, { a: cut(WEIGHT.a), b: cut(WEIGHT.b) });
};

/** The weights of the model and of the weighting after some steps on all samples, in batches of the given sizes. */
async function trainIn(
  sizes: readonly number[],
  options: () => Partial<TrainerOptions<TinyTask, never>>,
  steps = 3,
): Promise<number[]> {
  const model = tinyModel([0.5, 0.2, -0.3, 1]);
  const made = options();
  const trainer = createTrainer(model, { optimizer: train.sgd(0.02), losses, accumulate: sizes.length, ...made });
  for (let step = 0; step < steps; step++) {
    let at = 0;
    for (const size of sizes) {
      const batch = rowsOf(at, at + size);
      at += size;
      const { updated } = await trainer.step(batch);
      expect(updated).toBe(at === X.length);
      disposeBatch(batch);
    }
  }
  const learned = made.weighting?.variables?.flatMap((variable) => [...variable.dataSync()]) ?? [];
  const weights = [...(await flatWeights(model)), ...learned];
  trainer.dispose();
  model.dispose();
  return weights;
}

const start = [0.5, 0.2, -0.3, 1, 1, 1, 1, -1];

function expectSame(actual: readonly number[], expected: readonly number[]): void {
  const moved = Math.hypot(...expected.slice(0, 8).map((w, i) => w - start[i]));
  expect(moved).toBeGreaterThan(1e-3);
  expect(Math.hypot(...actual.map((w, i) => w - expected[i])) / moved).toBeLessThan(2e-5);
}

const ways: Record<string, () => Partial<TrainerOptions<TinyTask, never>>> = {};
for (const [name, make] of Object.entries(WEIGHTINGS)) ways[name] = () => ({ weighting: make() });
for (const [name, make] of Object.entries({ ...AGGREGATORS, ...ELEMENTWISE })) {
  ways[name] = () => ({ aggregator: make<TinyTask>() });
}

/** The weighted mean over the elements of each sample. */
const weightedSquares: Loss = (yTrue, yPred, weight) =>
  tidy(() => {
    const errors = mean(square(sub(yTrue, yPred)), -1, true);
    return div(sum(mul(errors, weight!), [1, 2]), sum(weight!, [1, 2])) as Tensor1D;
  });

/** A joint loss whose slopes are those of a sum, but only up to a loss of 1.5.5. */
const bent: Weighting<TinyTask> = {
  combine: ({ a, b }) =>
    tidy(() => addN([a!, b!].map((loss) => add(minimum(loss, 1.5), mul(maximum(loss, 1.5), 2))))) as Scalar,
};
ways['a weighting of its own that is linear up to a loss of 1.5'] = () => ({ weighting: bent });
ways['clipped gradients'] = () => ({ clipNorm: 0.1 });

describe('a step of several batches is that of one big batch', () => {
  it.each(Object.entries(ways))('with %s', async (_, options) => {
    const whole = await trainIn([11], options);
    expectSame(await trainIn([2, 8, 1], options), whole);
    // The first three samples have no label of b.
    expectSame(await trainIn([3, 4, 4], options), whole);
  });

  it('with penalties, dropout, weight maps and a flush', async () => {
    const build = () => {
      const x = input({ shape: [3, 2] });
      const trunk = layers
        .dense({ units: 4, kernelInitializer: 'ones', kernelRegularizer: regularizers.l2({ l2: 0.3 }) })
        .apply(x) as typeof x;
      const dropped = new SeededDropout({ rate: 0, seed: 1 }).apply(trunk) as typeof x;
      const output = layers.dense({ units: 2, activation: 'softmax', name: 'map', kernelInitializer: 'ones' });
      return fromLayersModel(layersModel({ inputs: x, outputs: output.apply(dropped) as typeof x }), ['map']);
    };
    const images = Array.from({ length: 5 }, (_, n) => [0, 1, 2].map((i) => [Math.sin(n + i), Math.cos(2 * n - i)]));
    const labels = Array.from({ length: 5 }, (_, n) => [0, 1, 2].map((i) => ((n * i) % 2 ? [1, 0] : [0, 1])));
    const maps = Array.from({ length: 5 }, (_, n) => [0, 1, 2].map((i) => [(n + i) % 3 ? i + 0.5 : 0]));
    const run = async (sizes: readonly number[], accumulate: number) => {
      const model = build();
      const trainer = createTrainer(model, { optimizer: train.sgd(0.5), losses: { map: weightedSquares }, accumulate });
      let at = 0;
      const results = [];
      for (const size of sizes) {
        const cut = <V>(values: readonly V[]) => values.slice(at, at + size);
        const batch: Batch<'map'> = {
          x: tensor3d(cut(images)),
          y: { map: tensor3d(cut(labels)) },
          weight: { map: tensor3d(cut(maps)) },
        };
        at += size;
        results.push(await trainer.step(batch));
        disposeBatch(batch);
      }
      results.push(await trainer.flush());
      expect(await trainer.flush()).toBeUndefined();
      const weights = model.net.getWeights().flatMap((w) => [...w.dataSync()]);
      trainer.dispose();
      model.dispose();
      return { weights, result: results.find((result) => result?.updated)! };
    };
    const whole = await run([5], 1);
    // Four l2 penalties of 8 ones: 0.3 * 8.
    expect(whole.result.regularization).toBeCloseTo(2.4, 5);
    for (const accumulate of [3, 10]) {
      const parts = await run([2, 1, 2], accumulate);
      for (const [i, w] of whole.weights.entries()) expect(parts.weights[i]).toBeCloseTo(w, 5);
      expect(parts.result.loss).toBeCloseTo(whole.result.loss, 5);
      expect(parts.result.regularization).toBeCloseTo(2.4, 5);
      expect(parts.result.amounts.map).toBeCloseTo(whole.result.amounts.map!, 5);
    }
  });

  it('also for a weighting that is shown the losses after the update', async () => {
    const seen = async (sizes: readonly number[]) => {
      const endStep = vi.fn();
      await trainIn(sizes, () => ({ weighting: { ...fixedWeights<TinyTask>(), endStep } }), 1);
      expect(endStep).toHaveBeenCalledTimes(1);
      return endStep.mock.calls[0] as { a: number; b: number }[];
    };
    const [before, after] = await seen([11]);
    const [beforeOfParts, afterOfParts] = await seen([3, 8]);
    for (const task of ['a', 'b'] as const) {
      expect(beforeOfParts[task]).toBeCloseTo(before[task], 5);
      expect(afterOfParts[task]).toBeCloseTo(after[task], 5);
      expect(after[task]).toBeLessThan(before[task]);
    }
  });
});

describe('batches that wait', () => {
  it('are counted without labels too, and a step of none of them is no step', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses, accumulate: 2 });
    const steps: boolean[] = [];
    for (const labels of [{}, {}, { a: [1] }, {}, {}, { b: [2] }]) {
      const batch = tinyBatch([[1, 2]], labels);
      const { updated, loss, progress } = await trainer.step(batch);
      expect(Number.isNaN(loss)).toBe(!updated);
      expect(progress.step).toBe(steps.filter(Boolean).length);
      steps.push(updated);
      disposeBatch(batch);
    }
    expect(steps).toEqual([false, false, false, true, false, true]);
    trainer.dispose();
    model.dispose();
  });

  it('are kept where their source disposes them, and let go with the trainer and by load', async () => {
    await expectNoLeak(async () => {
      const model = tinyModel();
      const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses, accumulate: 3 });
      const state = await trainer.save();
      const give = async () => {
        const batch = rowsOf(3, 5);
        const { updated } = await trainer.step(batch);
        disposeBatch(batch);
        return updated;
      };
      await give();
      await give();
      trainer.load(state);
      expect([await give(), await give(), await give(), await give()]).toEqual([false, false, true, false]);
      trainer.dispose();
      model.dispose();
    });
  });

  it('draw masks of their own, the same in every pass of a step', async () => {
    const x = input({ shape: [2] });
    const dropped = new SeededDropout({ rate: 0.5, seed: 3 }).apply(x) as typeof x;
    const output = layers.dense({ units: 1, name: 'a', useBias: false, kernelInitializer: 'ones' }).apply(dropped);
    const model = fromLayersModel(layersModel({ inputs: x, outputs: output as typeof x }), ['a']);
    const outputs: number[][] = [];
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0),
      losses: {
        a: (yTrue, yPred) =>
          tidy(() => {
            outputs.push([...yPred.dataSync()]);
            return sum(square(sub(yTrue, yPred)), 1) as Tensor1D;
          }),
      },
      // Its slope depends on the loss: a first try, the pass that measures, and the pass that counts.
      weighting: { combine: ({ a }) => square(a!) },
      accumulate: 2,
    });
    const one: Batch<'a'> = { x: tensor2d(new Array(8).fill([1, 3])), y: { a: tensor2d(new Array(8).fill([0])) } };
    await trainer.step(one);
    await trainer.step(one);
    expect(outputs).toHaveLength(6);
    expect(outputs[0]).not.toEqual(outputs[1]);
    for (const at of [2, 4]) expect(outputs.slice(at, at + 2)).toEqual(outputs.slice(0, 2));
    await trainer.step(one);
    await trainer.step(one);
    expect(outputs).toHaveLength(10);
    expect(outputs[6]).not.toEqual(outputs[0]);
    disposeBatch(one);
    trainer.dispose();
    model.dispose();
  });

  it('cannot be compared at the representation, and the trainer says so', () => {
    const model = tinyModel();
    const make = () =>
      createTrainer(model, {
        optimizer: train.sgd(0.1),
        losses,
        accumulate: 2,
        aggregator: sumGradient(),
        gradientsAt: 'representation',
      });
    expect(make).toThrow("accumulate: 2 with gradientsAt: 'representation' would join");
    model.dispose();
  });
});
