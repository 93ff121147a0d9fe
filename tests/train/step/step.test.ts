import { train } from '@tensorflow/tfjs-core';
import { layers, model as layersModel, input as symbolicInput } from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import {
  bce,
  binaryFocal,
  categoricalFocal,
  crossEntropy,
  focalTversky,
  generalizedDice,
  jaccard,
  mae,
  mse,
  softDice,
  sumOf,
  tversky,
} from '../../../src/losses/index';
import { fromLayersModel } from '../../../src/models/from-layers-model';
import { createTrainer, fixedWeights } from '../../../src/train/index';
import type { Batch } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';
import { adamOracle, flat, type TinyData, tinyGradient, tinyWeights, unflat } from '../../support/tiny-oracle';

useCpu();

const losses = { a: squares, b: squares };
const x = [
  [1, 2],
  [-1, 0.5],
  [0.25, -2],
  [3, 1],
];
const full: TinyData = { x, y: { a: [1, 0, 2, -1], b: [0.5, 1, -1, 0] } };
const batches: TinyData[] = [
  full,
  { x, y: { a: [1, 2, 3, 4] } },
  { x, y: { a: [0, 0, 1, 1], b: [2, 0, 0, 1] }, weight: { b: [0, 1, 0, 2] } },
  { x, y: { b: [1, -1, 1, -1] }, weight: { b: [0, 0.5, 0, 0] } },
  { x, y: { b: [1, -1, 1, -1] } },
  { x, y: { a: [2, 0, 0, 1], b: [9, 9, 9, 9] }, weight: { a: [1, 0, 0, 0], b: [0, 0, 0, 0] } },
];

/** Trains a tiny model on the batches and gives its weights. */
async function trainOn(
  data: readonly TinyData[],
  options: Omit<Parameters<typeof createTrainer<'a' | 'b'>>[1], 'losses'>,
): Promise<number[]> {
  const model = tinyModel();
  const trainer = createTrainer(model, { losses, ...options });
  for (const { x: rows, y, weight } of data) {
    const batch = tinyBatch(rows, y, weight);
    await trainer.step(batch);
    disposeBatch(batch);
  }
  await trainer.flush();
  const weights = await flatWeights(model);
  trainer.dispose();
  model.dispose();
  return weights;
}

function expectClose(actual: readonly number[], expected: readonly number[], relative = 2e-6): void {
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value)).toBeLessThan(relative * scale);
}

// tfjs keeps 1 - beta2^t in float32, good to 2^-24 / 0.001 = 6e-5 of itself in the first step: at a rate of 0.05 that
// moves a weight by 1.5e-6 a step. A moment in the wrong place moves it by the rate.
const ADAM = 1e-5;

describe('a training step', () => {
  it('reports the unweighted weighted-mean loss of each labelled task and the weighted sum of them', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0),
      losses,
      weighting: fixedWeights({ b: 0.25 }),
    });
    for (const data of batches) {
      const expected = tinyGradient(tinyWeights(), data).losses;
      const batch = tinyBatch(data.x, data.y, data.weight);
      const result = await trainer.step(batch);
      disposeBatch(batch);
      expect(Object.keys(result.losses).sort()).toEqual(Object.keys(expected).sort());
      for (const task of ['a', 'b'] as const) {
        if (expected[task] !== undefined) expect(result.losses[task]).toBeCloseTo(expected[task], 5);
      }
      expect(result.loss).toBeCloseTo((expected.a ?? 0) + 0.25 * (expected.b ?? 0), 5);
    }
    trainer.dispose();
    model.dispose();
  });

  it('follows plain gradient descent in float64 through missing labels and sample weights', async () => {
    let weights = flat(tinyWeights());
    for (const data of batches) {
      const { gradient } = tinyGradient(unflat(weights), data);
      weights = weights.map((w, i) => w - 0.01 * gradient[i]);
    }
    expectClose(await trainOn(batches, { optimizer: train.sgd(0.01) }), weights);
  });

  it('follows Adam in float64 where batches lack tasks: every moment stays with its own variable', async () => {
    const adam = adamOracle(0.05);
    let weights = flat(tinyWeights());
    for (const data of batches) weights = adam(weights, tinyGradient(unflat(weights), data).gradient);
    expectClose(await trainOn(batches, { optimizer: train.adam(0.05) }), weights, ADAM);
  });

  it('gives a variable without a gradient zeros, so its moments decay and nobody else takes them', async () => {
    // Task b is first seen in the third batch: by place in the list its moments would have been those of task a.
    const late = [batches[1], batches[1], batches[4], batches[1], batches[4]];
    const adam = adamOracle(0.05);
    let weights = flat(tinyWeights());
    for (const data of late) weights = adam(weights, tinyGradient(unflat(weights), data).gradient);
    expectClose(await trainOn(late, { optimizer: train.adam(0.05) }), weights, ADAM);
  });

  it.each([
    ['momentum', () => train.momentum(0.01, 0.9)],
    ['rmsprop', () => train.rmsprop(0.01)],
    ['adagrad', () => train.adagrad(0.01)],
    ['adadelta', () => train.adadelta(0.01)],
    ['adamax', () => train.adamax(0.01)],
  ])('trains with %s on batches that lack tasks', async (_, optimizer) => {
    const weights = await trainOn(batches, { optimizer: optimizer() });
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(weights).not.toEqual(flat(tinyWeights()));
  });

  it('does not let an unlabelled sample change anything by a bit, whatever stands in its label', async () => {
    const weight = { b: [1, 0, 1, 0] };
    const run = (garbage: number[]) =>
      trainOn(
        Array.from({ length: 5 }, () => ({
          x,
          y: { a: [1, 0, 2, -1], b: [0.5, garbage[0], -1, garbage[1]] },
          weight,
        })),
        { optimizer: train.adam(0.05) },
      );
    const clean = await run([0, 0]);
    for (const garbage of [
      [1e30, -7],
      [Number.NaN, Number.POSITIVE_INFINITY],
    ]) {
      expect(await run(garbage)).toEqual(clean);
    }
  });

  it('leaves the head of a task without labels exactly as it was', async () => {
    const weights = await trainOn([batches[1], batches[5]], { optimizer: train.sgd(0.1) });
    expect(weights.slice(6)).toEqual([1, -1]);
    expect(weights.slice(4, 6)).not.toEqual([1, 1]);
  });

  it('changes nothing on a batch without any label', async () => {
    const nothing: TinyData[] = [
      { x, y: {} },
      { x, y: { a: [1, 1, 1, 1] }, weight: { a: [0, 0, 0, 0] } },
    ];
    expect(await trainOn(nothing, { optimizer: train.adam(0.1) })).toEqual(flat(tinyWeights()));
    const before = await trainOn([full, full], { optimizer: train.adam(0.1) });
    expect(await trainOn([full, ...nothing, full], { optimizer: train.adam(0.1) })).toEqual(before);
  });

  it('leaves a frozen layer alone, also when it is frozen or freed between steps', async () => {
    const model = tinyModel();
    const adam = adamOracle(0.05);
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses });
    const step = async (): Promise<void> => {
      const batch = tinyBatch(full.x, full.y);
      await trainer.step(batch);
      disposeBatch(batch);
    };
    await step();
    const first = adam(flat(tinyWeights()), tinyGradient(tinyWeights(), full).gradient);
    expectClose(await flatWeights(model), first, ADAM);
    model.net.getLayer('shared').trainable = false;
    await step();
    const frozen = await flatWeights(model);
    expectClose(frozen.slice(0, 4), first.slice(0, 4), ADAM);
    const second = adam(first, tinyGradient(unflat(first), full).gradient);
    expectClose(frozen, [...first.slice(0, 4), ...second.slice(4)], ADAM);
    model.net.getLayer('shared').trainable = true;
    await step();
    expect((await flatWeights(model)).slice(0, 4)).not.toEqual(frozen.slice(0, 4));
    trainer.dispose();
    model.dispose();
  });

  it('says so where all that the losses depend on is frozen, and leaves weights and memory as they were', async () => {
    const model = tinyModel();
    for (const layer of model.net.layers) layer.trainable = false;
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses });
    const batch = tinyBatch(full.x, full.y);
    const before = await flatWeights(model);
    await expectNoLeak(async () => {
      await expect(trainer.step(batch)).rejects.toThrow(
        'Trainer.step: no trainable weight has a part in the losses of a, b: unfreeze a layer.',
      );
    });
    expect(await flatWeights(model)).toEqual(before);
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });

  it('scales gradients down to clipNorm by their global norm', async () => {
    const { gradient } = tinyGradient(tinyWeights(), full);
    const norm = Math.hypot(...gradient);
    const expected = (limit: number) =>
      flat(tinyWeights()).map((w, i) => w - 0.1 * gradient[i] * Math.min(1, limit / norm));
    for (const clipNorm of [norm / 10, norm * 10]) {
      expectClose(await trainOn([full], { optimizer: train.sgd(0.1), clipNorm }), expected(clipNorm));
    }
  });

  it('makes one step of `accumulate` batches, each label counting once, and flushes what is left', async () => {
    const one = (parts: TinyData[]): TinyData => {
      const join = <V>(get: (data: TinyData) => V[]): V[] => parts.flatMap(get);
      const lacking = (data: TinyData): number[] => data.x.map(() => 0);
      const labels = (task: TinyTask) => join((data) => data.y[task] ?? lacking(data));
      const weights = (task: TinyTask) =>
        join((data) => data.weight?.[task] ?? (data.y[task] ? data.x.map(() => 1) : lacking(data)));
      const y = { a: labels('a'), b: labels('b') };
      return { x: join((data) => data.x), y, weight: { a: weights('a'), b: weights('b') } };
    };
    let weights = flat(tinyWeights());
    for (const parts of [batches.slice(0, 2), batches.slice(2, 4), batches.slice(4, 5)]) {
      const { gradient } = tinyGradient(unflat(weights), one(parts));
      weights = weights.map((w, i) => w - 0.01 * gradient[i]);
    }
    expectClose(await trainOn(batches.slice(0, 5), { optimizer: train.sgd(0.01), accumulate: 2 }), weights);
  });

  it('stops before a NaN or infinite loss touches the weights, and says whose loss it was', async () => {
    const model = tinyModel([1e30, 0, 0, 1e30]);
    const before = await flatWeights(model);
    const trainer = createTrainer(model, { optimizer: train.adam(0.1), losses });
    const batch = tinyBatch(full.x, full.y);
    await expect(trainer.step(batch)).rejects.toThrow(
      /the loss of 'a' became (NaN|Infinity); the weights are those of/,
    );
    expect(await flatWeights(model)).toEqual(before);
    await trainer.step(batch, { terminateOnNaN: false });
    expect((await flatWeights(model)).some(Number.isNaN)).toBe(true);
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });

  it('does not count a pass that came to nothing, or that only measures, in the statistics of batch norm', async () => {
    const input = symbolicInput({ shape: [2] });
    const norm = layers.batchNormalization({ momentum: 0.9 });
    const output = layers.dense({ units: 1, name: 'a' }).apply(norm.apply(input)) as typeof input;
    const model = fromLayersModel(layersModel({ inputs: input, outputs: output }), ['a']);
    const endStep = vi.fn();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.1),
      losses: { a: squares },
      weighting: { ...fixedWeights<'a'>(), endStep },
    });
    const movingMean = async () => [...(await norm.getWeights()[2].data())];
    const rows = [
      [10, 20],
      [20, 40],
    ];
    const step = async (labels: number[]) => {
      const batch = tinyBatch(rows, { a: labels }) as Batch<'a'>;
      await trainer.step(batch).finally(() => disposeBatch(batch));
    };
    await step([1, 0]);
    for (const [i, value] of (await movingMean()).entries()) expect(value).toBeCloseTo([1.5, 3][i], 5);
    const before = await movingMean();
    await expectNoLeak(() => expect(step([1e30, 0])).rejects.toThrow("the loss of 'a' became Infinity"));
    expect(await movingMean()).toEqual(before);
    expect(endStep).toHaveBeenCalledTimes(1);
    trainer.dispose();
    model.dispose();
  });

  it('can be put back where it has not made a step yet', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.adam(0.1), losses, averageDecay: 0.9 });
    const fresh = await trainer.save();
    const go = async () => {
      const batch = tinyBatch(full.x, full.y);
      await trainer.step(batch);
      await trainer.step(batch);
      disposeBatch(batch);
      trainer.finishAverage();
      return flatWeights(model);
    };
    const first = await go();
    trainer.load(fresh);
    expect(await go()).toEqual(first);
    trainer.dispose();
    model.dispose();
  });

  it('leaves no tensor behind in 50 steps with missing labels', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, {
      optimizer: train.adam(0.001),
      losses,
      clipNorm: 1,
      averageDecay: 0.9,
      accumulate: 2,
    });
    const steps = async (n: number) => {
      for (let i = 0; i < n; i++) {
        const { x: rows, y, weight } = batches[i % batches.length];
        const batch = tinyBatch(rows, y, weight);
        await trainer.step(batch);
        disposeBatch(batch);
      }
    };
    await steps(12);
    await expectNoLeak(() => steps(48));
    trainer.dispose();
    model.dispose();
  });

  it('gives back everything that it took', async () => {
    await expectNoLeak(() => trainOn(batches, { optimizer: train.adam(0.05), clipNorm: 1, averageDecay: 0.9 }));
  });
});

describe('a batch that does not fit', () => {
  it.each<[string, Parameters<typeof tinyBatch>, string]>([
    ['x of another shape', [[[1, 2]], { a: [1, 2] }], 'batch.y.a must have shape [1, 1], got [2, 1].'],
    ['an unknown task', [[[1, 2]], { c: [1] } as never], "batch.y: unknown task 'c'; the model has a, b."],
    ['NaN in x', [[[1, Number.NaN]], { a: [1] }], 'batch.x holds NaN in sample 0 (value 1)'],
    ['infinity in a label', [[[1, 1]], { a: [Infinity] }], 'batch.y.a holds Infinity in sample 0'],
    ['a negative weight', [[[1, 1]], { a: [1] }, { a: [-1] }], 'batch.weight.a must not be negative.'],
    [
      'a weight too many',
      [[[1, 1]], { a: [1] }, { a: [1, 1] }],
      'batch.weight.a must have shape [1] or [1, 1], got [2].',
    ],
  ])('%s', async (_, args, message) => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses });
    const batch = tinyBatch(...args);
    await expectNoLeak(() => expect(trainer.step(batch)).rejects.toThrow(message));
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });
});

describe('labels outside of what a loss takes', () => {
  it('are refused where they count, by step and evaluate', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.1),
      losses: { a: Object.assign(mse(), { labels: [0, 1] as const }), b: mse() },
    });
    const before = await flatWeights(model);
    const refused = "batch.y.a holds 255 in sample 1 (value 0); the task's loss wants labels in [0, 1].";
    const rows = [
      [1, 2],
      [2, 1],
    ];
    const bad = tinyBatch(rows, { a: [0, 255] });
    await expectNoLeak(() => expect(trainer.step(bad)).rejects.toThrow(refused));
    await expectNoLeak(() => expect(trainer.evaluate(() => [bad])).rejects.toThrow(refused));
    expect(await flatWeights(model)).toEqual(before);
    for (const good of [tinyBatch(rows, { a: [0, 255] }, { a: [1, 0] }), tinyBatch(rows, { b: [-7, 255] })]) {
      await trainer.step(good);
      disposeBatch(good);
    }
    disposeBatch(bad);
    trainer.dispose();
    model.dispose();
  });

  it('are those that are no shares, for all losses but mse and mae', () => {
    const shares = [bce(), crossEntropy(), binaryFocal(), categoricalFocal(), softDice(), tversky(), jaccard()];
    for (const loss of [...shares, generalizedDice(), focalTversky()]) expect(loss.labels).toEqual([0, 1]);
    for (const loss of [mse(), mae(), sumOf([mse(), mae()])]) expect(loss.labels).toBeUndefined();
  });
});

describe('createTrainer', () => {
  it('says which task an option misses or does not know', () => {
    const model = tinyModel();
    const optimizer = train.sgd(0.1);
    const make = (options: object) => () => createTrainer(model, { optimizer, losses, ...options } as never);
    expect(make({ losses: { a: squares } })).toThrow('createTrainer: no loss for b');
    expect(make({ losses: { ...losses, c: squares } })).toThrow(
      "losses name the unknown task 'c'; the model has a, b.",
    );
    expect(make({ metrics: { c: {} } })).toThrow("metrics name the unknown task 'c'");
    expect(make({ weighting: fixedWeights({ c: 1 } as never) })).toThrow("weighting name the unknown task 'c'");
    expect(make({ accumulate: 0 })).toThrow('accumulate must be an integer of at least 1, got 0');
    expect(make({ clipNorm: -1 })).toThrow('clipNorm must be positive, got -1');
    expect(make({ averageDecay: 2 })).toThrow('averageDecay must lie in [0, 1], got 2');
    expect(() => fixedWeights({ a: -1 })).toThrow("weight of 'a' must lie in [0, ");
    optimizer.dispose();
    model.dispose();
  });
});
