import {
  customGrad,
  mul,
  ones,
  scalar,
  type Tensor,
  type Tensor1D,
  tensor1d,
  tensor2d,
  train,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { SeededDropout } from '../../src/layers/seeded-dropout';
import { fromLayersModel } from '../../src/models/index';
import { createTrainer, type TrainerOptions } from '../../src/train/index';
import type { Batch, Loss } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, squares, type TinyTask, tinyBatch } from '../support/tiny-model';
import { AGGREGATORS, ELEMENTWISE } from './aggregators';
import { WEIGHTINGS } from './weightings';

// A step that throws leaves everything as it was, however it was balanced and whatever went wrong.

useCpu();

type Options = Partial<TrainerOptions<TinyTask, never>>;

const ways: Record<string, () => Options> = {
  'two batches a step': () => ({ accumulate: 2 }),
  'an average of the weights': () => ({ averageDecay: 0.9 }),
};
for (const [name, make] of Object.entries(WEIGHTINGS)) ways[name] = () => ({ weighting: make() });
for (const [name, make] of Object.entries({ ...AGGREGATORS, ...ELEMENTWISE })) {
  ways[name] = () => ({ aggregator: make<TinyTask>() });
  ways[`${name} at the representation`] = () => ({ aggregator: make<TinyTask>(), gradientsAt: 'representation' });
}

/** Batch norm, whose statistics a forward pass moves, and dropout, whose masks follow the count of steps. */
function tinyNet() {
  const x = input({ shape: [2] });
  const shared = layers.dense({ units: 3, name: 'shared', kernelInitializer: 'ones' }).apply(x) as typeof x;
  const norm = layers.batchNormalization({ name: 'norm' }).apply(shared) as typeof x;
  const trunk = new SeededDropout({ rate: 0.3, seed: 1, name: 'dropout' }).apply(norm) as typeof x;
  const head = (name: TinyTask) => layers.dense({ units: 1, name, kernelInitializer: 'ones' }).apply(trunk) as typeof x;
  return fromLayersModel(layersModel({ inputs: x, outputs: [head('a'), head('b')] }), ['a', 'b']);
}

const rows = [
  [0.3, 1],
  [0.5, -0.7],
  [-0.2, 0.1],
];
const goodBatch = (): Batch<TinyTask> => tinyBatch(rows, { a: [0.1, 0.4, 1], b: [0.7, 0, 0.2] });

/** A loss of 1 with a gradient of NaN. */
const nanGradient = (yPred: Tensor): Tensor1D =>
  customGrad((x) => ({
    value: mul(ones([rows.length]), 1),
    gradFunc: () => mul(zerosLike(x as Tensor), Number.NaN),
  }))(yPred) as Tensor1D;

const FAULTS: Record<string, { loss?: (yTrue: Tensor, yPred: Tensor) => unknown; batch?: () => Batch<TinyTask> }> = {
  'a loss throws': {
    loss: () => {
      throw new Error('mine');
    },
  },
  'a loss is NaN': { loss: (yTrue, yPred) => mul(squares(yTrue, yPred), Number.NaN) },
  'a loss is infinite': { loss: (yTrue, yPred) => mul(squares(yTrue, yPred), Infinity) },
  'a loss is infinite without a gradient': { loss: () => tensor1d([Infinity, 1, 1]) },
  'a gradient is NaN': { loss: (_, yPred) => nanGradient(yPred) },
  'a loss is one number': { loss: () => scalar(1) },
  'a loss is a plain number': { loss: () => 3 },
  'a loss is nothing': { loss: () => undefined },
  'a label is NaN': { batch: () => tinyBatch(rows, { a: [Number.NaN, 1, 1] }) },
  'a label is out of range': { batch: () => tinyBatch(rows, { a: [99, 1, 1] }) },
  'a weight is negative': { batch: () => tinyBatch(rows, { a: [1, 1, 1] }, { a: [-1, 1, 1] }) },
  'a task is unknown': { batch: () => tinyBatch(rows, { c: [1, 1, 1] } as never) },
  'x has another shape': { batch: () => ({ x: tensor2d([[1, 2, 3]]), y: {} }) },
  'x is disposed': {
    batch: () => {
      const batch = goodBatch();
      batch.x.dispose();
      return batch;
    },
  },
};

/** A trainer whose loss of task a and whose optimizer fail when they are told to. */
function makeTrainer(options: Options) {
  const fail: { loss?: (yTrue: Tensor, yPred: Tensor) => unknown; afterPasses?: number; optimizer?: boolean } = {};
  const optimizer = train.adam(0.05);
  const apply = optimizer.applyGradients.bind(optimizer);
  optimizer.applyGradients = (gradients) => {
    apply(gradients);
    if (fail.optimizer) throw new Error('the optimizer broke');
  };
  const a: Loss = Object.assign(
    (yTrue: Tensor, yPred: Tensor) => {
      if (fail.afterPasses !== undefined && fail.afterPasses-- <= 0) throw new Error('the second pass broke');
      return (fail.loss ?? squares)(yTrue, yPred) as Tensor1D;
    },
    { labels: [-10, 10] as const },
  );
  const model = tinyNet();
  const trainer = createTrainer(model, { optimizer, losses: { a, b: squares }, ...options });
  return { model, trainer, fail };
}

/** A state without the names that tfjs gave weights in this process. */
const nameless = (state: unknown): unknown =>
  JSON.parse(JSON.stringify(state, (_, value) => (/\/[mv]$/.test(value) ? '' : value)));

it.each(Object.entries(ways))('with %s', async (_, makeOptions) => {
  const { model, trainer, fail } = makeTrainer(makeOptions());
  const other = makeTrainer(makeOptions());
  const batch = goodBatch();
  for (let i = 0; i < 3; i++) {
    await trainer.step(batch);
    await other.trainer.step(batch);
  }
  const before = await trainer.save();
  expect(nameless(before)).toEqual(nameless(await other.trainer.save()));

  const expectNothingChanged = async (fault: string, given: Batch<TinyTask>) => {
    await expectNoLeak(() => expect(trainer.step(given), fault).rejects.toThrow());
    expect(await trainer.save(), fault).toEqual(before);
  };
  for (const [fault, { loss, batch: makeBad }] of Object.entries(FAULTS)) {
    fail.loss = loss;
    const given = makeBad?.() ?? batch;
    await expectNothingChanged(fault, given);
    if (given !== batch) disposeBatch(given);
  }
  fail.loss = undefined;
  fail.optimizer = true;
  await expectNothingChanged('the optimizer throws in the middle', batch);
  fail.optimizer = false;
  if (makeOptions().weighting?.endStep !== undefined) {
    fail.afterPasses = 1;
    await expectNothingChanged('the pass that measures the update throws', batch);
    fail.afterPasses = undefined;
  }

  // What is not in a saved state, such as half an accumulated step, is as before too.
  for (let i = 0; i < 2; i++) expect(await trainer.step(batch)).toEqual(await other.trainer.step(batch));
  expect(nameless(await trainer.save())).toEqual(nameless(await other.trainer.save()));
  disposeBatch(batch);
  for (const part of [trainer, model, other.trainer, other.model]) part.dispose();
});
