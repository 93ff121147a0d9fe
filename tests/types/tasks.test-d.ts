import { type Tensor, train } from '@tensorflow/tfjs-core';
import { expectTypeOf, test } from 'vitest';
import {
  type Augmentation,
  arrayDataset,
  augment,
  batches,
  cached,
  flipHorizontal,
  noise,
  phantomDataset,
  selectTasks,
} from '../../src/data/index';
import { SegmentationHead, UNetEncoder } from '../../src/layers/index';
import { bce, softDice } from '../../src/losses/index';
import { auc, dice } from '../../src/metrics/index';
import { deepSupervision, gradCam, loadMultitask, multitask, predictAll } from '../../src/models/index';
import { checkpoint, csvLog, manifestDataset, maskColumn, progressBar } from '../../src/node/index';
import {
  alternate,
  type Callback,
  cosineDecay,
  createTrainer,
  diagnostics,
  earlyStopping,
  equalWeights,
  famo,
  fixedWeights,
  gradDrop,
  imtlL,
  learningRate,
  pcGrad,
  reduceOnPlateau,
  scheduledWeights,
  type Trainer,
  uncertainty,
  upGrad,
} from '../../src/train/index';
import type {
  Aggregator,
  Batch,
  Dataset,
  ElementwiseAggregator,
  KnownTasks,
  Loss,
  MultitaskModel,
  Source,
  UnknownTask,
  Weighting,
} from '../../src/types';

type Task = 'lesion' | 'severity';
declare const model: MultitaskModel<Task>;
declare const loss: Loss;
declare const source: Source<Task>;
declare const x: Tensor;
const optimizer = train.adam(1e-3);
const losses = { lesion: loss, severity: loss };
const trainer = createTrainer(model, { optimizer, losses });

test('the tasks of a trainer are those of its model, whatever else is given', () => {
  expectTypeOf(trainer).toExtend<Trainer<Task>>();
  expectTypeOf(createTrainer(model, { optimizer, losses, weighting: equalWeights() }).model).toEqualTypeOf<
    MultitaskModel<Task>
  >();
  createTrainer(model, { optimizer, losses, weighting: fixedWeights({ lesion: 1 }) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, weighting: fixedWeights({ lesoin: 2 }) });
  // @ts-expect-error: one of the two is misspelt
  createTrainer(model, { optimizer, losses, weighting: fixedWeights({ severity: 1, lesoin: 2 }) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, weighting: famo({ lowest: { lesoin: 2 } }) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, weighting: scheduledWeights(() => ({ severity: 1, lesoin: 2 })) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, aggregator: upGrad({ preference: { severity: 1, lesoin: 2 } }) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, aggregator: gradDrop({ leak: { severity: 1, lesoin: 1 } }) });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses: { severity: loss, lesoin: loss } });
  // @ts-expect-error: surplus
  createTrainer(model, { optimizer, losses, metrics: { lesoin: { dice: dice() } } });
});

test('callbacks kept in variables fit trainers of any tasks', async () => {
  const callbacks = [
    earlyStopping({ monitor: 'validation.lesion.dice' }),
    reduceOnPlateau(),
    learningRate(cosineDecay({ from: 1e-3 })),
    checkpoint('x'),
    progressBar(),
    csvLog('y'),
    diagnostics(),
  ];
  const constant = [earlyStopping(), diagnostics({ weighting: fixedWeights({ lesion: 1 }) }), progressBar()] as const;
  const other = createTrainer({} as MultitaskModel<'depth'>, { optimizer, losses: { depth: loss } });
  const any = createTrainer(await loadMultitask('model.json'), { optimizer, losses: {} });
  await trainer.fit(source, { epochs: 1, callbacks });
  await trainer.fit(source, { epochs: 1, callbacks: constant });
  await other.fit({} as Source<'depth'>, { epochs: 1, callbacks });
  await any.fit({} as Source<string>, { epochs: 1, callbacks });
  const watch = diagnostics();
  await trainer.fit(source, { epochs: 1, callbacks: [watch] });
  expectTypeOf(watch.records[0].losses.lesion).toEqualTypeOf<number | undefined>();
});

test('a hand-written callback without a type argument fits every trainer, and its hooks have types', async () => {
  const mine: Callback = {
    onStepEnd(run, { loss, losses }) {
      expectTypeOf(run.epoch).toEqualTypeOf<number>();
      expectTypeOf(loss).toEqualTypeOf<number>();
      expectTypeOf(losses.lesion).toEqualTypeOf<number | undefined>();
    },
    onEpochEnd(run, log) {
      expectTypeOf(log.train.loss).toEqualTypeOf<number>();
      expectTypeOf(log.train.lesion.loss).toEqualTypeOf<number>();
      expectTypeOf(log.train.lesion.dice).toEqualTypeOf<unknown>();
      if (log.validation !== undefined) run.stop(`at ${log.validation.loss}`);
      // @ts-expect-error: no such member
      log.scores;
    },
  };
  await trainer.fit(source, {
    epochs: 1,
    callbacks: [mine, { onFitBegin: (run) => void expectTypeOf(run.tasks).toEqualTypeOf<readonly Task[]>() }],
  });
  await createTrainer({} as MultitaskModel<'depth'>, { optimizer, losses: { depth: loss } }).fit(
    {} as Source<'depth'>,
    { epochs: 1, callbacks: [mine] },
  );
});

test('a hand-written callback of some tasks fits the trainers of these', async () => {
  const mine: Callback<Task> = {
    onEpochEnd: (_, { train }) => void expectTypeOf(train.lesion.loss).toEqualTypeOf<number>(),
  };
  const others: Callback<'lesion' | 'depth'> = { onEpochEnd: () => {} };
  await trainer.fit(source, { epochs: 1, callbacks: [mine] });
  // @ts-expect-error: of a trainer with other tasks
  await trainer.fit(source, { epochs: 1, callbacks: [others] });
  // @ts-expect-error: of a trainer with another task
  await trainer.fit(source, { epochs: 1, callbacks: [diagnostics<'depth'>()] });
});

test('weightings and aggregators kept in variables fit, unless they name a task that the model has not', () => {
  const equal = equalWeights();
  const fixed = fixedWeights({ lesion: 2 });
  const kinds = { lesion: 'regression', severity: 'classification' } as const;
  const learned = uncertainty(kinds);
  const scheduled = scheduledWeights(({ epoch }) => ({ lesion: epoch }));
  for (const weighting of [equal, fixed, learned, scheduled, fixedWeights(), imtlL(['lesion', 'severity'])]) {
    const made = createTrainer(model, { optimizer, losses, weighting });
    expectTypeOf(made.model).toEqualTypeOf<MultitaskModel<Task>>();
  }
  const weights = { severity: 1, lesoin: 2 };
  const misspelt = fixedWeights(weights);
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, weighting: misspelt });
  const gradients = [pcGrad(), upGrad(), upGrad({ preference: { lesion: 2 } }), gradDrop()];
  for (const aggregator of gradients) createTrainer(model, { optimizer, losses, aggregator });
  const preferred = upGrad({ preference: { severity: 1, lesoin: 2 } });
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, aggregator: preferred });
});

test('hand-written weightings and aggregators without a type argument fit every trainer', () => {
  const weighting: Weighting = { combine: (losses) => Object.values(losses)[0]! };
  createTrainer(model, { optimizer, losses, weighting });
  createTrainer({} as MultitaskModel<'depth'>, { optimizer, losses: { depth: loss }, weighting });
  const aggregator: Aggregator = { name: 'own', weights: (_, tasks) => tasks.map(() => 1) };
  createTrainer(model, { optimizer, losses, aggregator });
  const elementwise: ElementwiseAggregator = { name: 'own', join: gradDrop().join };
  createTrainer(model, { optimizer, losses, aggregator: elementwise });
});

test('losses and metrics kept in variables keep the names of the scores', async () => {
  const lossMap = { lesion: softDice(), severity: bce() };
  const constantLosses = { lesion: softDice(), severity: bce() } as const;
  const metrics = { lesion: { dice: dice() }, severity: { auc: auc() } };
  const constantMetrics = { lesion: { dice: dice() }, severity: { auc: auc() } } as const;
  const scores = await createTrainer(model, { optimizer, losses: lossMap, metrics }).evaluate(source);
  expectTypeOf(scores.lesion.dice).toEqualTypeOf<number>();
  const same = await createTrainer(model, { optimizer, losses: constantLosses, metrics: constantMetrics }).evaluate(
    source,
  );
  expectTypeOf(same).toEqualTypeOf(scores);
  const misspelt = { lesion: { dice: dice() }, severty: { auc: auc() } };
  // @ts-expect-error: misspelt
  createTrainer(model, { optimizer, losses, metrics: misspelt });
  const surplus = { ...lossMap, lesoin: softDice() };
  // @ts-expect-error: surplus
  createTrainer(model, { optimizer, losses: surplus });
});

test('a source may lack tasks, and has none that the model has not', async () => {
  const part = {} as Source<'lesion'>;
  const misspelt = {} as Source<'lesion' | 'severty'>;
  await trainer.fit(part, { epochs: 1, validation: part, scoreTraining: part });
  await trainer.fit(() => [], { epochs: 1 });
  await trainer.evaluate(part);
  // @ts-expect-error: misspelt
  await trainer.fit(misspelt, { epochs: 1 });
  // @ts-expect-error: misspelt
  await trainer.fit(source, { epochs: 1, validation: misspelt });
  // @ts-expect-error: misspelt
  await trainer.fit(source, { epochs: 1, scoreTraining: misspelt });
  // @ts-expect-error: misspelt
  await trainer.evaluate(misspelt);
  // @ts-expect-error: any task
  await trainer.fit({} as Source<string>, { epochs: 1 });
  // What the compiler prints names the misspelt task alone.
  expectTypeOf<KnownTasks<'lesion' | 'severty', Task>>().toEqualTypeOf<UnknownTask<'severty'>>();
});

test('a hand-written source is checked like any other', async () => {
  const good = () => [{ x, y: { lesion: x } }];
  const unlabelled = () => [{ x, y: {} }];
  const surplus = () => [{ x, y: { lesion: x, severty: x } }];
  async function* stream() {
    yield { x, y: { lesion: x, severty: x } };
  }
  await trainer.fit(good, { epochs: 1, validation: good });
  await trainer.evaluate(unlabelled);
  await trainer.fit(
    async function* () {
      yield { x, y: { lesion: x } };
    },
    { epochs: 1 },
  );
  // @ts-expect-error: misspelt
  await trainer.fit(surplus, { epochs: 1 });
  // @ts-expect-error: misspelt
  await trainer.fit(stream, { epochs: 1 });
  // @ts-expect-error: misspelt
  await trainer.evaluate(() => [{ x, y: { severty: x } }]);
  // @ts-expect-error: misspelt
  await trainer.fit(good, { epochs: 1, validation: surplus });
});

test('a batch is checked like a source', async () => {
  const batch = { x, y: { lesion: x } };
  const surplus = { x, y: { lesion: x, severty: x } };
  await trainer.step(batch);
  await trainer.step({ x, y: { lesion: x }, weight: { lesion: x } });
  // @ts-expect-error: misspelt
  await trainer.step(surplus);
  // @ts-expect-error: misspelt
  await trainer.step({ x, y: { severty: x } });
  // @ts-expect-error: misspelt
  await trainer.step({ x, y: { lesion: x }, weight: { severty: x } });
  // @ts-expect-error: another model's
  await trainer.step({} as Batch<'depth'>);
});

test('datasets carry their tasks into batches, and batches into a fit', async () => {
  const arrays = arrayDataset({ x: [[1]], y: { lesion: [1], severty: [0] } });
  expectTypeOf(arrays).toEqualTypeOf<Dataset<'lesion' | 'severty'>>();
  // @ts-expect-error: misspelt
  await trainer.fit(batches(arrays), { epochs: 1 });
  await trainer.fit(batches(selectTasks(arrays, ['lesion'])), { epochs: 1 });
  // @ts-expect-error: misspelt
  selectTasks(arrays, ['severity']);
  const misspelt = batches(cached(arrays));
  // @ts-expect-error: misspelt
  await trainer.fit(misspelt, { epochs: 1 });
  // @ts-expect-error: the tasks of another model
  await trainer.fit(batches(phantomDataset()), { epochs: 1 });
  const manifest = await manifestDataset('data', { tasks: { segmentation: maskColumn('mask') } });
  // @ts-expect-error: the task of another model
  await trainer.evaluate(batches(manifest));
  const segmentation = createTrainer({} as MultitaskModel<'segmentation'>, {
    optimizer,
    losses: { segmentation: loss },
  });
  await segmentation.fit(batches(manifest), {
    epochs: 1,
    validation: batches(selectTasks(phantomDataset(), ['segmentation'])),
  });
  // @ts-expect-error: weights of a task without labels
  arrayDataset({ x: [[1]], y: { lesion: [1] }, weight: { severity: [1] } });
});

test('what is said of a dataset names its tasks', () => {
  const dataset = {} as Dataset<Task>;
  batches(dataset, { balance: { lesion: 1 } });
  // @ts-expect-error: misspelt
  batches(dataset, { balance: { lesoin: 1 } });
  // @ts-expect-error: misspelt
  batches(dataset, { balance: { lesion: 1, lesoin: 1 } });
  // @ts-expect-error: misspelt
  batches(dataset, { augment: augment([], { labelKinds: { lesoin: 'mask' } }) });
  expectTypeOf(batches(dataset, { augment: augment([flipHorizontal()], { labelKinds: { lesion: 'mask' } }) })).toExtend<
    Source<Task>
  >();
  // @ts-expect-error: misspelt
  alternate(source, ['lesion', 'lesoin']);
  expectTypeOf(alternate(source, ['lesion'])).toEqualTypeOf<Source<Task>>();
});

test('augmentations kept in variables fit every dataset that has what they name', () => {
  const dataset = {} as Dataset<Task>;
  const pieces = [flipHorizontal(), noise(0.1)];
  const constant = [flipHorizontal(), noise(0.1)] as const;
  const flips = augment(pieces);
  const named = augment(constant, { labelKinds: { lesion: 'mask' } });
  const own: Augmentation = (sample) => sample;
  for (const each of [flips, named, own]) batches(dataset, { augment: each });
  const misspelt = augment(pieces, { labelKinds: { lesion: 'mask', lesoin: 'mask' } });
  // @ts-expect-error: misspelt
  batches(dataset, { augment: misspelt });
});

test('deep supervision, Grad-CAM and predictions know the tasks', async () => {
  const supervised = deepSupervision('lesion', SegmentationHead(), 2);
  const deep = {} as MultitaskModel<'lesion' | 'lesion-2'>;
  const deepTrainer = createTrainer(deep, {
    optimizer,
    losses: { lesion: loss, 'lesion-2': loss },
    weighting: fixedWeights(supervised.weights),
  });
  await deepTrainer.fit(supervised.labels({} as Source<'lesion'>), { epochs: 1 });
  // @ts-expect-error: the model has one level
  await trainer.fit(supervised.labels({} as Source<'lesion'>), { epochs: 1 });
  gradCam(model, x, { task: 'severity' });
  // @ts-expect-error: misspelt
  gradCam(model, x, { task: 'severty' });
  for await (const { outputs } of predictAll(model, {} as Source<'depth'>))
    expectTypeOf(outputs).toHaveProperty('lesion');
  const heads = { lesion: SegmentationHead() };
  // @ts-expect-error: misspelt
  multitask({ inputShape: [8, 8, 1], encoder: UNetEncoder(), heads, outputs: { lesoin: 'logit' } });
});
