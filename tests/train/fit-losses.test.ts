import { tensor2d, train } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, regularizers } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fromLayersModel } from '../../src/models/index';
import {
  type Callback,
  createTrainer,
  diagnostics,
  geometricLoss,
  learningRate,
  type TrainerOptions,
} from '../../src/train/index';
import type { PlainData, SomeTasks, Source } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

interface Part {
  readonly y: SomeTasks<TinyTask, readonly number[]>;
  readonly weight?: SomeTasks<TinyTask, readonly number[]>;
}

/** Batches whose every sample is [1, 0]: with the weights of the tiny model task a is predicted as 1, and b as 1. */
const sourceOf = (parts: readonly Part[]): Source<TinyTask> =>
  Object.assign(
    function* () {
      for (const { y, weight } of parts) {
        const size = Object.values(y)[0]?.length ?? 1;
        const batch = tinyBatch(new Array(size).fill([1, 0]), y, weight);
        try {
          yield batch;
        } finally {
          disposeBatch(batch);
        }
      }
    },
    { steps: parts.length },
  );

const make = (options: Partial<TrainerOptions<TinyTask, never>> = {}) => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.sgd(0), losses: { a: squares, b: squares }, ...options });
  return { model, trainer };
};

describe('the losses of an epoch', () => {
  // Errors of a: 1, 2, 3 and 1, with the weights 1, 1, 2 and 1: (1 + 4 + 18 + 1) / 5; of b: 2 and 4: (4 + 16) / 2.
  const parts: Part[] = [
    { y: { a: [2, 3, 4] }, weight: { a: [1, 1, 2] } },
    { y: { a: [0, 9], b: [3, 5] }, weight: { a: [1, 0] } },
  ];
  const [a, b] = [24 / 5, 10];

  it.each([
    ['the sum of the losses', {}, a + b],
    ['a joint loss that is not linear', { weighting: geometricLoss<TinyTask>() }, Math.sqrt(a * b)],
    ['two batches a step', { accumulate: 2, weighting: geometricLoss<TinyTask>() }, Math.sqrt(a * b)],
    ['a step of three batches that is cut short', { accumulate: 3 }, a + b],
  ])('weigh every label the same in training and in validation: %s', async (_, options, joint) => {
    const { model, trainer } = make(options);
    const source = sourceOf(parts);
    const { epochs } = await trainer.fit(source, { epochs: 2, validation: source });
    for (const { train: ofTraining, validation } of epochs) {
      for (const scores of [ofTraining, validation!]) {
        expect(scores.a.loss).toBeCloseTo(a, 5);
        expect(scores.b.loss).toBeCloseTo(b, 5);
        expect(scores.loss).toBeCloseTo(joint, 5);
      }
    }
    trainer.dispose();
    model.dispose();
  });

  it('hold no penalties, which stand beside them', async () => {
    const x = input({ shape: [2] });
    const dense = layers.dense({
      units: 1,
      name: 'a',
      kernelInitializer: 'ones',
      kernelRegularizer: regularizers.l1({ l1: 0.25 }),
      biasInitializer: 'ones',
      biasRegularizer: regularizers.l2({ l2: 7 }),
    });
    const model = fromLayersModel(layersModel({ inputs: x, outputs: dense.apply(x) as typeof x }), ['a']);
    const trainer = createTrainer(model, { optimizer: train.sgd(0), losses: { a: squares } });
    const source = () => [{ x: tensor2d([[1, 2]]), y: { a: tensor2d([[1]]) } }];
    const { loss, regularization } = await trainer.step(source()[0]);
    // 1 + 2 + 1 - 1, and 2 / 4 + 7.
    expect([loss, regularization]).toEqual([9, 7.5]);
    const { epochs } = await trainer.fit(source, { epochs: 1, validation: source });
    expect(epochs[0]).toMatchObject({ regularization: 7.5, train: { loss: 9 }, validation: { loss: 9 } });
    expect(await trainer.evaluate(source)).toEqual({ loss: 9, a: { loss: 9 } });
    const { model: plain, trainer: without } = make();
    const other = await without.fit(sourceOf(parts), { epochs: 1 });
    expect(other.epochs[0]).not.toHaveProperty('regularization');
    for (const part of [trainer, model, without, plain]) part.dispose();
  });
});

describe('a fit whose steps take several batches', () => {
  const seven = sourceOf([1, 2, 3, 4, 5, 6, 7].map((label) => ({ y: { a: [label] } })));

  it('counts steps of the optimizer in schedules and logs', async () => {
    const { model, trainer } = make({ accumulate: 3 });
    const points: number[] = [];
    const logged: [number, number, number][] = [];
    const log: Callback<TinyTask> = {
      onStepEnd: (_, { step, progress, losses }) => void logged.push([step, progress!.step, losses.a!]),
    };
    const schedule = learningRate<TinyTask>(({ step }) => {
      points.push(step);
      return 0;
    });
    const watch = diagnostics<TinyTask>();
    await trainer.fit(seven, { epochs: 2, callbacks: [schedule, log, watch] });
    expect(points).toEqual([0, 1, 2, 3, 3, 4, 5, 6]);
    // The means of (label - 1)^2: 0, 1, 4; 9, 16, 25; 36.
    const epoch = [5 / 3, 50 / 3, 36];
    expect(logged.map(([batch, step]) => [batch, step])).toEqual([3, 6, 7, 3, 6, 7].map((batch, i) => [batch, i]));
    for (const [i, [, , loss]] of logged.entries()) expect(loss).toBeCloseTo(epoch[i % 3], 4);
    expect(watch.records.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5]);
    trainer.dispose();
    model.dispose();
  });

  it('goes on from an abort among the batches of a step with the first of them', async () => {
    const run = async (abortAt: number | undefined) => {
      const options = { accumulate: 3, optimizer: train.adam(0.05) };
      const first = make(options);
      const controller = new AbortController();
      let snapshot: PlainData | undefined;
      const keep: Callback<TinyTask> = {
        async onSafePoint({ snapshot: take }, at) {
          if (at === 'abort') snapshot = structuredClone(await take());
        },
      };
      const source: Source<TinyTask> = function* (epoch) {
        let batch = 0;
        for (const one of seven(epoch) as Iterable<ReturnType<typeof tinyBatch>>) {
          if (epoch === 1 && batch++ === abortAt) controller.abort(new Error('enough'));
          controller.signal.throwIfAborted();
          yield one;
        }
      };
      await first.trainer.fit(source, { epochs: 3, callbacks: [keep], signal: controller.signal });
      if (abortAt === undefined) return flatWeights(first.model);
      const second = make({ accumulate: 3, optimizer: train.adam(0.05) });
      await second.trainer.fit(seven, { epochs: 3, resume: snapshot! });
      return flatWeights(second.model);
    };
    const whole = await run(undefined);
    for (const abortAt of [0, 2, 5]) expect(await run(abortAt)).toEqual(whole);
  });

  it('leaves no batch behind where it fails', async () => {
    const { model, trainer } = make({ accumulate: 3 });
    const broken: Source<TinyTask> = function* () {
      const batch = tinyBatch([[1, 0]], { a: [1] });
      try {
        yield batch;
        yield batch;
      } finally {
        disposeBatch(batch);
      }
      throw new Error('the disk is gone');
    };
    await expectNoLeak(() => expect(trainer.fit(broken, { epochs: 1 })).rejects.toThrow('the disk is gone'));
    expect(await trainer.flush()).toBeUndefined();
    trainer.dispose();
    model.dispose();
  });
});

describe('a source without labels', () => {
  it.each<[string, Part]>([
    ['in any batch', { y: {} }],
    ['of any weight', { y: { a: [1, 2] }, weight: { a: [0, 0] } }],
  ])('%s is an error, not a training on nothing', async (_, part) => {
    const { model, trainer } = make();
    await expect(trainer.fit(sourceOf([part, part]), { epochs: 3 })).rejects.toThrow(
      'fit: none of the 2 batches of epoch 0 holds a label of a, b, so nothing was trained',
    );
    trainer.dispose();
    model.dispose();
  });
});
