import {
  cast,
  greater,
  mul,
  randomNormal,
  reshape,
  type Scalar,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { random } from '../../../src/internal/random';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { bce, mse, softDice } from '../../../src/losses/index';
import { multitask } from '../../../src/models/index';
import {
  alignedMtl,
  type Callback,
  caGrad,
  conflictFreeGradient,
  createTrainer,
  dualProj,
  equalWeights,
  fairGrad,
  gradDrop,
  gradNorm,
  gradVac,
  imtlG,
  imtlL,
  meanGradient,
  mgda,
  nashMtl,
  pcGrad,
  sumGradient,
  type TrainerOptions,
  upGrad,
} from '../../../src/train/index';
import { findSharedParts } from '../../../src/train/step/shared-parts';
import type { Aggregator, Batch, ElementwiseAggregator, Gramian, PlainData, Source } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';
import { flat, type TinyData, tinyGradient, tinyWeights } from '../../support/tiny-oracle';

useCpu();

type At = 'parameters' | 'representation';

const places: At[] = ['parameters', 'representation'];
const losses = { a: squares, b: squares };
const x = [
  [1, 2],
  [-1, 0.5],
  [0.25, -2],
  [3, 1],
];
const full: TinyData = { x, y: { a: [1, 0, 2, -1], b: [0.5, 1, -1, 0] }, weight: { b: [1, 0, 2, 0.5] } };

const makers: [string, () => Aggregator<TinyTask> | ElementwiseAggregator<TinyTask>][] = Object.entries({
  meanGradient,
  sumGradient,
  mgda,
  pcGrad,
  gradVac,
  caGrad,
  imtlG,
  nashMtl,
  alignedMtl,
  upGrad,
  dualProj,
  conflictFreeGradient,
  fairGrad,
  gradNorm,
  gradDrop,
}) as typeof makers;

/** An aggregator that notes what it was given and answers with fixed weights. */
function spy(answer: Record<string, number>): Aggregator<TinyTask> & { seen: { gramian: Gramian; losses: object }[] } {
  const seen: { gramian: Gramian; losses: object }[] = [];
  return {
    name: 'spy',
    seen,
    weights(gramian, tasks, context) {
      seen.push({ gramian, losses: context.losses });
      return tasks.map((task) => answer[task]);
    },
  };
}

/** Each task's gradient at the hidden layer, [4][2], by hand. */
function hiddenGradient(task: TinyTask, { x: rows, y, weight = {} }: TinyData): number[] {
  const weights = tinyWeights();
  const w = weight[task] ?? rows.map(() => 1);
  const total = w.reduce((s, v) => s + v, 0);
  return rows.flatMap((row, n) => {
    const hidden = [0, 1].map((j) => row[0] * weights.s[0][j] + row[1] * weights.s[1][j]);
    const error = hidden[0] * weights[task][0] + hidden[1] * weights[task][1] - y[task]![n];
    return [0, 1].map((j) => (2 * error * w[n] * weights[task][j]) / total);
  });
}

const products = (rows: number[][]) => rows.map((p) => rows.map((q) => p.reduce((s, v, i) => s + v * q[i], 0)));

function expectClose(actual: readonly number[], expected: readonly number[], relative = 2e-6): void {
  const scale = Math.max(...expected.map(Math.abs));
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i] - value)).toBeLessThan(relative * scale);
}

async function oneStep(options: Partial<TrainerOptions<TinyTask, never>>, data: TinyData) {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.sgd(0.01), losses, ...options });
  const batch = tinyBatch(data.x, data.y, data.weight);
  const result = await trainer.step(batch);
  const weights = await flatWeights(model);
  disposeBatch(batch);
  trainer.dispose();
  model.dispose();
  return { weights, result };
}

describe.each(places)('a step with an aggregator at the %s', (gradientsAt) => {
  it('shows it the exact Gramian and the losses', async () => {
    const aggregator = spy({ a: 1, b: 1 });
    const { result } = await oneStep({ aggregator, gradientsAt }, full);
    const own = (factor: { a: number; b: number }) => tinyGradient(tinyWeights(), full, factor).gradient.slice(0, 4);
    const rows =
      gradientsAt === 'parameters'
        ? [own({ a: 1, b: 0 }), own({ a: 0, b: 1 })]
        : [hiddenGradient('a', full), hiddenGradient('b', full)];
    expectClose(aggregator.seen[0].gramian.flat(), products(rows).flat());
    const expected = tinyGradient(tinyWeights(), full).losses;
    expect(result.losses.a).toBeCloseTo(expected.a!, 5);
    expect(result.losses.b).toBeCloseTo(expected.b!, 5);
    expect(result.loss).toBeCloseTo(expected.a! + expected.b!, 5);
    expect(aggregator.seen[0].losses).toEqual(result.losses);
    expect(result.balance).toEqual({ tasks: ['a', 'b'], gramian: aggregator.seen[0].gramian, weights: [1, 1] });
  });

  it('weighs the shared weights, and gives a head its own gradient', async () => {
    const { weights } = await oneStep({ aggregator: spy({ a: 0.25, b: -3 }), gradientsAt }, full);
    const shared = tinyGradient(tinyWeights(), full, { a: 0.25, b: -3 }).gradient;
    const own = tinyGradient(tinyWeights(), full).gradient;
    const start = flat(tinyWeights());
    expectClose(
      weights,
      start.map((w, i) => w - 0.01 * (i < 4 ? shared[i] : own[i])),
    );
  });

  it('asks only about the tasks that the batch has labels for', async () => {
    const aggregator = spy({ a: 0.5, b: 7 });
    const data: TinyData = { x, y: { a: [1, 2, 3, 4], b: [1, 1, 1, 1] }, weight: { b: [0, 0, 0, 0] } };
    const { weights, result } = await oneStep({ aggregator, gradientsAt }, data);
    expect(result.balance?.tasks).toEqual(['a']);
    expect(aggregator.seen[0].gramian).toHaveLength(1);
    const own = tinyGradient(tinyWeights(), data).gradient;
    const start = flat(tinyWeights());
    expectClose(
      weights,
      start.map((w, i) => w - 0.01 * own[i] * (i < 4 ? 0.5 : 1)),
    );
  });

  it('is a plain step with the weights of the sum', async () => {
    const plain = await oneStep({}, full);
    const summed = await oneStep({ aggregator: sumGradient(), gradientsAt }, full);
    expectClose(summed.weights, plain.weights, 1e-6);
  });

  it('gives back everything that it took', async () => {
    await expectNoLeak(() => oneStep({ aggregator: pcGrad(), gradientsAt }, full));
  });

  it.each(makers)('goes on from a snapshot of any step as if it had never stopped: %s', async (_, make) => {
    const source: Source<TinyTask> = function* (epoch: number) {
      for (let i = 0; i < 4; i++) {
        const value = Math.sin(1 + epoch * 4 + i);
        const y = i === 1 ? { a: [value, 0.3] } : { a: [0.1, value], b: [-value, 0] };
        const batch = tinyBatch(
          [
            [value, 1],
            [0.5, -value],
          ],
          y,
        );
        try {
          yield batch;
        } finally {
          disposeBatch(batch);
        }
      }
    };
    const go = async (resume?: PlainData, callbacks: Callback<TinyTask>[] = []) => {
      const model = tinyModel();
      const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, aggregator: make(), gradientsAt });
      await trainer.fit(source, { epochs: 3, callbacks, ...(resume === undefined ? {} : { resume }) });
      const weights = await flatWeights(model);
      trainer.dispose();
      model.dispose();
      return weights;
    };
    const snapshots: PlainData[] = [];
    const whole = await go(undefined, [
      { onSafePoint: async (run) => void snapshots.push(structuredClone(await run.snapshot())) },
    ]);
    for (const i of [0, 5, 9]) expect(await go(snapshots[i])).toEqual(whole);
  });

  it('joins element by element where the aggregator does, and says what it can of it', async () => {
    const seen: { rows: number[][]; place: number; step: number }[] = [];
    const aggregator: ElementwiseAggregator<TinyTask> = {
      name: 'spy',
      join(gradients, tasks, { place, step }) {
        expect(tasks).toEqual(['a', 'b']);
        seen.push({ rows: gradients.arraySync(), place, step });
        const row = (k: number) => reshape(slice(gradients, [k, 0], [1, -1]), [-1]);
        return sub(mul(row(0), 0.25), mul(row(1), 3));
      },
    };
    const { weights, result } = await oneStep({ aggregator, gradientsAt }, full);
    const own = (factor: { a: number; b: number }) => tinyGradient(tinyWeights(), full, factor).gradient;
    const rows =
      gradientsAt === 'parameters'
        ? [own({ a: 1, b: 0 }).slice(0, 4), own({ a: 0, b: 1 }).slice(0, 4)]
        : [hiddenGradient('a', full), hiddenGradient('b', full)];
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ place: 0, step: 0 });
    expectClose(seen[0].rows.flat(), rows.flat());
    const shared = own({ a: 0.25, b: -3 });
    const plain = own({ a: 1, b: 1 });
    const start = flat(tinyWeights());
    expectClose(
      weights,
      start.map((w, i) => w - 0.01 * (i < 4 ? shared[i] : plain[i])),
    );
    expect(Object.keys(result.balance!)).toEqual(['tasks', 'gramian']);
    expectClose(result.balance!.gramian.flat(), products(rows).flat());
  });

  it('keeps the gradients of one sign with gradDrop, and the whole gradient of a task that is alone', async () => {
    const { weights, result } = await oneStep({ aggregator: gradDrop({ seed: 2 }), gradientsAt }, full);
    const own = (factor: { a: number; b: number }) => tinyGradient(tinyWeights(), full, factor).gradient;
    const atParameters = gradientsAt === 'parameters';
    const a = atParameters ? own({ a: 1, b: 0 }).slice(0, 4) : hiddenGradient('a', full);
    const b = atParameters ? own({ a: 0, b: 1 }).slice(0, 4) : hiddenGradient('b', full);
    const stream = random(2, 'gradDrop', 0, 0);
    const joined = a.map((v, i) => {
      const purity = (1 + (v + b[i]) / (Math.abs(v) + Math.abs(b[i]) || 1)) / 2;
      const sign = purity > stream.uniform() ? 1 : -1;
      return Math.max(sign * v, 0) * sign + Math.max(sign * b[i], 0) * sign;
    });
    // What flows on from the hidden layer, x'g.
    const shared = atParameters
      ? joined
      : [0, 1].flatMap((i) => [0, 1].map((j) => x.reduce((total, row, n) => total + row[i] * joined[2 * n + j], 0)));
    const heads = own({ a: 1, b: 1 }).slice(4);
    const start = flat(tinyWeights());
    expectClose(
      weights,
      [...shared, ...heads].map((v, i) => start[i] - 0.01 * v),
    );
    expect(a.some((v, i) => v * b[i] < 0)).toBe(true);
    expect(result.balance).not.toHaveProperty('weights');
    const alone: TinyData = { x, y: { b: full.y.b } };
    const kept = await oneStep({ aggregator: gradDrop(), gradientsAt }, alone);
    expectClose(kept.weights, (await oneStep({}, alone)).weights, 1e-6);
  });

  it('refuses a joined gradient of another size, and leaves no tensor behind', async () => {
    const aggregator: ElementwiseAggregator<TinyTask> = { name: 'short', join: () => tensor1d([1]) };
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses, aggregator, gradientsAt });
    const batch = tinyBatch(full.x, full.y, full.weight);
    const size = gradientsAt === 'parameters' ? 4 : 8;
    await expectNoLeak(() =>
      expect(trainer.step(batch)).rejects.toThrow(`short: join must return shape [${size}], got [1].`),
    );
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });

  it('stops before a gradient that is not finite changes anything, the memory of the aggregator included', async () => {
    const aggregator = gradVac<TinyTask>();
    const model = tinyModel([1e20, 0, 0, 1e20]);
    const trainer = createTrainer(model, { optimizer: train.adam(0.1), losses, aggregator, gradientsAt });
    const before = await flatWeights(model);
    const batch = tinyBatch([[1e5, 1]], { a: [1], b: [2] });
    await expectNoLeak(() =>
      expect(trainer.step(batch)).rejects.toThrow(/became (NaN|Infinity|NaN or infinite); the weights/),
    );
    expect(await flatWeights(model)).toEqual(before);
    expect(aggregator.save?.()).toEqual({});
    await trainer.step(batch, { terminateOnNaN: false });
    expect((await flatWeights(model)).some(Number.isNaN)).toBe(true);
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });
});

/** A U-Net with skips, norms, dropout and regularization, and two kinds of heads. */
const unet = () =>
  multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 3, 4], norm: 'batch' }),
    heads: {
      mask: UNetDecoder({ channels: 1, activation: 'sigmoid' }),
      image: UNetDecoder({ channels: 1, skips: 'none', activation: 'linear' }),
      label: MLPHead({ units: [3], dropout: 0.5, activation: 'sigmoid' }),
    },
    seed: 3,
  });
type Task = 'mask' | 'image' | 'label';
const unetLosses = { mask: softDice(), image: mse(), label: bce() };

const unetBatch = (tasks: readonly Task[]): Batch<Task> => {
  const y = {
    mask: () => tidy(() => cast(greater(randomNormal([3, 8, 8, 1], 0, 1, 'float32', 2), 0), 'float32')),
    image: () => randomNormal([3, 8, 8, 1], 0, 1, 'float32', 4),
    label: () => tensor([1, 0, 1], [3, 1]),
  };
  return {
    x: randomNormal([3, 8, 8, 1], 0, 1, 'float32', 1),
    y: Object.fromEntries(tasks.map((task) => [task, y[task]()])),
    weight: { label: tensor1d([1, 0, 2]) },
  };
};

describe('a model of convolutions', () => {
  it('shares its encoder, and hands the skips and the bottleneck to its heads', () => {
    const model = unet();
    const parts = findSharedParts(model);
    const names = (tasks: Task[]) => parts.representation(tasks).map((t) => t.sourceLayer.name);
    const encoder = model.net.layers.filter((layer) => layer.name.startsWith('encoder/'));
    const ids = encoder.flatMap((layer) => layer.weights.map((weight) => weight.read().id));
    expect([...parts.variables].sort()).toEqual(ids.sort());
    expect(names(['mask', 'image', 'label'])).toHaveLength(3);
    expect(names(['label'])).toHaveLength(1);
    expect(names(['mask'])).toEqual(expect.arrayContaining(names(['label'])));
    expect(names(['mask']).every((name) => name.startsWith('encoder/'))).toBe(true);
    model.dispose();
  });

  it.each([
    ['parameters', ['mask', 'image', 'label']],
    ['representation', ['mask', 'image', 'label']],
    ['parameters', ['image', 'label']],
    ['representation', ['label']],
  ] as [At, Task[]][])('takes the plain step with the sum at the %s of %s', async (gradientsAt, tasks) => {
    const weightsAfter = async (options: object): Promise<number[]> => {
      const model = unet();
      const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: unetLosses, ...options });
      const batch = unetBatch(tasks);
      await trainer.step(batch);
      const values = await Promise.all(model.net.getWeights().map((w: Tensor) => w.data()));
      disposeBatch(batch);
      trainer.dispose();
      model.dispose();
      return values.flatMap((v) => Array.from(v));
    };
    const plain = await weightsAfter({});
    expectClose(await weightsAfter({ aggregator: sumGradient(), gradientsAt }), plain, 1e-5);
    const aggregated = await weightsAfter({ aggregator: spy({ mask: 0.1, image: 2, label: 3 } as never), gradientsAt });
    expect(Math.max(...aggregated.map((v, i) => Math.abs(v - plain[i])))).toBeGreaterThan(1e-4);
  });

  it('gives the same weighted step at both places', async () => {
    const after = async (gradientsAt: At) => {
      const model = unet();
      const aggregator = spy({ mask: 0.1, image: 2, label: 3 } as never) as Aggregator<never>;
      const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: unetLosses, aggregator, gradientsAt });
      const batch = unetBatch(['mask', 'image', 'label']);
      await trainer.step(batch);
      const values = await Promise.all(model.net.getWeights().map((w: Tensor) => w.data()));
      disposeBatch(batch);
      trainer.dispose();
      model.dispose();
      return values.flatMap((v) => Array.from(v));
    };
    expectClose(await after('representation'), await after('parameters'), 1e-5);
  });
});

describe('regularization', () => {
  it.each(places)('counts in full beside any weights at the %s', async (gradientsAt) => {
    const after = async (options: object): Promise<number[]> => {
      const base = tinyModel();
      const shared = base.net.getLayer('shared') as unknown as { addLoss(losses: () => Scalar): void };
      const [kernel] = base.net.getLayer('shared').weights;
      shared.addLoss(() => tidy(() => sum(square(kernel.read())) as Scalar));
      const trainer = createTrainer(base, { optimizer: train.sgd(0.01), losses, ...options });
      const batch = tinyBatch(full.x, full.y, full.weight);
      const result = await trainer.step(batch);
      const weights = await flatWeights(base);
      disposeBatch(batch);
      trainer.dispose();
      base.dispose();
      return [...weights, result.loss];
    };
    const plain = await after({});
    expectClose(await after({ aggregator: sumGradient(), gradientsAt }), plain);
    // The identity that the shared weights start from has the squares' gradient 2 I.
    const none = await after({ aggregator: spy({ a: 0, b: 0 }), gradientsAt });
    expectClose(none.slice(0, 4), [0.98, 0, 0, 0.98]);
  });
});

describe('a checkpoint', () => {
  const saveWith = async (options: Partial<TrainerOptions<TinyTask, never>>, from?: PlainData) => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses, ...options });
    try {
      if (from !== undefined) trainer.load(from);
      return await trainer.save();
    } finally {
      trainer.dispose();
      model.dispose();
    }
  };

  it('is refused by a trainer that balances in another way', async () => {
    const vaccinated = await saveWith({ aggregator: gradVac() });
    await expect(saveWith({ aggregator: gradVac() }, vaccinated)).resolves.toEqual(vaccinated);
    await expect(saveWith({ aggregator: mgda() }, vaccinated)).rejects.toThrow(
      'resume: the checkpoint was written with gradVac, the trainer has mgda.',
    );
    await expect(saveWith({}, vaccinated)).rejects.toThrow('written with gradVac, the trainer has none.');
    const scaled = await saveWith({ weighting: imtlL(['a', 'b']) });
    await expect(saveWith({}, scaled)).rejects.toThrow(
      'resume: the checkpoint was written with the weighting imtlL, the trainer has fixedWeights.',
    );
    await expect(saveWith({ weighting: imtlL(['a']) }, scaled)).rejects.toThrow(
      "resume: the checkpoint's weighting learns 2 numbers, the trainer's 1.",
    );
    const nameless = await saveWith({ weighting: { combine: equalWeights().combine } });
    await expect(saveWith({ weighting: equalWeights() }, nameless)).rejects.toThrow(
      'written with the weighting without a name, the trainer has equalWeights.',
    );
  });

  it('is refused by a trainer that averages the weights otherwise', async () => {
    const averaged = await saveWith({ averageDecay: 0.9 });
    await expect(saveWith({ averageDecay: 0.9 }, averaged)).resolves.toEqual(averaged);
    await expect(saveWith({ averageDecay: 0.99 }, averaged)).rejects.toThrow(
      'resume: the checkpoint was written with averageDecay 0.9, the trainer has averageDecay 0.99.',
    );
    await expect(saveWith({}, averaged)).rejects.toThrow('with averageDecay 0.9, the trainer has no averageDecay.');
    await expect(saveWith({ averageDecay: 0.9 }, await saveWith({}))).rejects.toThrow(
      'with no averageDecay, the trainer has averageDecay 0.9.',
    );
  });

  it('of an earlier version, which does not say how it was balanced and averaged, is taken', async () => {
    const { weightingName, averageDecay, ...earlier } = (await saveWith({})) as Record<string, PlainData>;
    expect([weightingName, averageDecay]).toEqual(['fixedWeights', null]);
    await expect(saveWith({ weighting: equalWeights() }, earlier)).resolves.toMatchObject(earlier);
  });
});

describe('createTrainer', () => {
  it('refuses a weighting beside an aggregator, tasks that it does not know, and a model that shares nothing', async () => {
    const model = tinyModel();
    const optimizer = train.sgd(0.1);
    const make = (options: object) => () => createTrainer(model, { optimizer, losses, ...options } as never);
    expect(make({ weighting: equalWeights(), aggregator: mgda() })).toThrow(
      'createTrainer: give a weighting (which joins losses) or an aggregator (which joins gradients), not both.',
    );
    expect(make({ aggregator: upGrad({ preference: { c: 1 } }) })).toThrow("aggregator name the unknown task 'c'");
    expect(make({ gradientsAt: 'head' })).toThrow(
      "gradientsAt must be one of 'parameters', 'representation'; got 'head'.",
    );
    const single = { ...model, tasks: ['a'] } as never;
    expect(() => createTrainer(single, { optimizer, losses: { a: squares }, aggregator: mgda() } as never)).toThrow(
      "createTrainer: mgda joins gradients over shared parameters; this model's tasks share none.",
    );
    optimizer.dispose();
    model.dispose();
  });
});
