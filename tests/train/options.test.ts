import { train } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import * as builders from '../../src/layers/index';
import * as models from '../../src/models/index';
import * as exported from '../../src/train/index';
import { type Callback, createTrainer } from '../../src/train/index';
import type { PlainData } from '../../src/types';
import { useCpu } from '../support/cpu';
import { squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

// Options that nobody knows are refused by whatever takes options, with the nearest known name.

type Make = (options: object) => unknown;
const all = { ...exported, ...models, ...builders } as unknown as Record<string, Make>;

const misspelled: [string, object, string][] = [
  ['earlyStopping', { patiense: 3 }, "Did you mean 'patience'?"],
  ['reduceOnPlateau', { minLearningrate: 0 }, "Did you mean 'minLearningRate'?"],
  ['diagnostics', { weightings: {} }, "Did you mean 'weighting'?"],
  ['cosineDecay', { from: 1, until: 0 }, 'The options are from, to.'],
  ['polynomialDecay', { from: 1, powr: 2 }, "Did you mean 'power'?"],
  ['dynamicWeightAverage', { temperatur: 1 }, "Did you mean 'temperature'?"],
  ['randomLossWeighting', { sead: 1 }, "Did you mean 'seed'?"],
  ['smoothTchebycheff', { preferences: {} }, "Did you mean 'preference'?"],
  ['famo', { learningrate: 1 }, "Did you mean 'learningRate'?"],
  ['alignedMtl', { scalemode: 'min' }, "Did you mean 'scaleMode'?"],
  ['caGrad', { cc: 1 }, "Did you mean 'c'?"],
  ['fairGrad', { alpa: 1 }, "Did you mean 'alpha'?"],
  ['gradDrop', { leaks: {} }, "Did you mean 'leak'?"],
  ['gradNorm', { alhpa: 1 }, "Did you mean 'alpha'?"],
  ['gradVac', { betta: 1 }, "Did you mean 'beta'?"],
  ['pcGrad', { Seed: 1 }, "Did you mean 'seed'?"],
  ['upGrad', { preferences: {} }, "Did you mean 'preference'?"],
  ['UNetEncoder', { filter: [4, 8] }, "Did you mean 'filters'?"],
  ['UNetDecoder', { upsampling: 'bilinear' }, "Did you mean 'upsample'?"],
  ['MLPHead', { unit: [4] }, "Did you mean 'units'?"],
  ['SegmentationHead', { channel: 2 }, "Did you mean 'channels'?"],
  ['ConvEncoder', { dropOut: 0.1 }, "Did you mean 'dropout'?"],
  ['multitask', { inputShape: [8, 8, 1], head: {} }, "Did you mean 'heads'?"],
  ['mmoe', { expert: 2 }, "Did you mean 'experts'?"],
];

it.each(misspelled)('%s(%j)', (name, options, message) => {
  expect(() => all[name](options)).toThrow(RangeError);
  expect(() => all[name](options)).toThrow(new RegExp(`^${name}: unknown option '`));
  expect(() => all[name](options)).toThrow(message);
});

it('createTrainer, and what its trainer does', async () => {
  const model = tinyModel();
  const options = { optimizer: train.sgd(0.1), losses: { a: squares, b: squares } };
  const bad = { ...options, clipnorm: 1 } as never;
  expect(() => createTrainer(model, bad)).toThrow("createTrainer: unknown option 'clipnorm'. Did you mean 'clipNorm'?");
  const trainer = createTrainer(model, options);
  const batch = tinyBatch([[1, 2]], { a: [1] });
  const source = () => [batch];
  const given = (object: object) => object as never;
  await expect(trainer.fit(source, given({ epoch: 3 }))).rejects.toThrow(
    "fit: unknown option 'epoch'. Did you mean 'epochs'?",
  );
  await expect(trainer.fit(source, given({ epochs: 1, validateevery: 2 }))).rejects.toThrow(
    "Did you mean 'validateEvery'?",
  );
  await expect(trainer.step(batch, given({ terminateOnNan: false }))).rejects.toThrow("Did you mean 'terminateOnNaN'?");
  await expect(trainer.flush(given({ epochs: 1 }))).rejects.toThrow("flush: unknown option 'epochs'");
  await expect(trainer.evaluate(source, given({ signals: null }))).rejects.toThrow("Did you mean 'signal'?");
  trainer.dispose();
  model.dispose();
});

it('a run that a callback stopped stays stopped and says why, or goes on where that is asked for', async () => {
  const batch = tinyBatch([[1, 2]], { a: [1] });
  let snapshot: PlainData | undefined;
  const stopper: Callback<TinyTask> = {
    onEpochEnd: (run, { epoch }) => void (epoch === 1 && run.stop('enough for today')),
    onSafePoint: async (run) => {
      snapshot = structuredClone(await run.snapshot());
    },
  };
  const fit = async (options: object, callbacks: Callback<TinyTask>[] = []) => {
    const trainer = createTrainer(tinyModel(), { optimizer: train.sgd(0.01), losses: { a: squares, b: squares } });
    return trainer.fit(() => [batch], { epochs: 5, callbacks, ...options });
  };
  await fit({}, [stopper]);
  const stayed = await fit({ resume: snapshot });
  expect([stayed.epochs.length, stayed.stopped]).toEqual([2, 'enough for today']);
  const wentOn = await fit({ resume: snapshot, resumeStopped: true });
  expect([wentOn.epochs.length, wentOn.stopped]).toEqual([5, undefined]);
  const whole = await fit({});
  expect(wentOn.epochs.map(({ train: { loss } }) => loss)).toEqual(whole.epochs.map(({ train: { loss } }) => loss));
});

it('says where options of batches belong, and what of a checkpoint is resumed from', async () => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { a: squares, b: squares } });
  const fit = (object: object) => trainer.fit(() => [], { epochs: 1, ...object } as never);
  await expect(fit({ batchSize: 8 })).rejects.toThrow(
    'It belongs to the source: fit(batches(dataset, { batchSize }), …).',
  );
  await expect(fit({ resume: { state: {}, file: 'a', skipped: [] } })).rejects.toThrow('pass its state');
  await expect(fit({ validation: { rows: [], read: async () => ({}) } })).rejects.toThrow(
    /^fit: validation .* got a dataset/,
  );
  trainer.dispose();
  model.dispose();
});

it("goes on from a snapshot with its learning rate, or with that which `onFitBegin` sets, not with a new optimizer's", async () => {
  const batch = tinyBatch([[1, 2]], { a: [1] });
  let snapshot: PlainData | undefined;
  const rates: number[][] = [];
  const run = async (rate: number, callbacks: Callback<TinyTask>[], epochs: number) => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(rate), losses: { a: squares, b: squares } });
    const keep: Callback<TinyTask> = {
      onSafePoint: async (state) => {
        snapshot = structuredClone(await state.snapshot());
      },
    };
    const resume = snapshot === undefined ? {} : { resume: snapshot };
    const { epochs: logs } = await trainer.fit(() => [batch], { epochs, callbacks: [...callbacks, keep], ...resume });
    rates.push(logs.map(({ learningRate }) => learningRate));
    trainer.dispose();
    model.dispose();
  };
  const slower: Callback<TinyTask> = {
    onFitBegin(state) {
      state.learningRate = 0.125;
    },
  };
  await run(0.5, [], 1);
  await run(0.25, [], 2);
  await run(0.5, [slower], 3);
  expect(rates).toEqual([[0.5], [0.5, 0.5], [0.5, 0.5, 0.125]]);
});

it('names the metric whose update returns nothing', async () => {
  const model = tinyModel();
  const own = { init: () => 0, update: async () => undefined, merge: () => 0, compute: () => 0 };
  const given = { optimizer: train.sgd(0.1), losses: { a: squares, b: squares }, metrics: { a: { own } } };
  const trainer = createTrainer(model, given as never);
  await expect(trainer.evaluate(() => [tinyBatch([[1, 2]], { a: [1] })])).rejects.toThrow(
    "evaluate: update of the metric 'own' of 'a' must return the new state, got undefined.",
  );
  trainer.dispose();
  model.dispose();
});

it.each<[string, object, string]>([
  ['MLPHead', { activation: 'sofmax' }, "MLPHead: activation must be one of 'elu', "],
  ['MLPHead', { activation: 'softmax' }, "MLPHead: activation 'softmax' of 1 value is always 1; set outputs: n,"],
  ['UNetDecoder', { activation: 'softmax' }, 'set channels: n,'],
  ['ConvEncoder', { activation: 'rellu' }, "got 'rellu'."],
  ['multitask', { inputShape: [null, 8, 8, 1], encoder: () => 1, heads: { a: () => 1 } }, 'leave out the batch axis'],
])('%s(%j) is refused', (name, options, message) => {
  expect(() => all[name](options)).toThrow(RangeError);
  expect(() => all[name](options)).toThrow(message);
});
