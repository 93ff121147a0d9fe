import { train } from '@tensorflow/tfjs-core';
import { expectTypeOf, test } from 'vitest';
import { type Callback, createTrainer, earlyStopping, fixedWeights, reduceOnPlateau } from '../../src/train/index';
import type { Batch, Loss, Metric, MultitaskModel, Source, TfDataset } from '../../src/types';

declare const model: MultitaskModel<'mask' | 'label'>;
declare const loss: Loss;
declare const score: Metric<null>;
declare const curve: Metric<null, { value: number; points: number[] }>;
declare const source: Source<'mask' | 'label'>;
const optimizer = train.adam(1e-3);
const losses = { mask: loss, label: loss };

test('scores have the tasks and the metrics that were asked for', async () => {
  const trainer = createTrainer(model, { optimizer, losses, metrics: { mask: { score }, label: { curve } } });
  const scores = await trainer.evaluate(source);
  expectTypeOf(scores.loss).toEqualTypeOf<number>();
  expectTypeOf(scores.mask.loss).toEqualTypeOf<number>();
  expectTypeOf(scores.mask.score).toEqualTypeOf<number>();
  expectTypeOf(scores.label.curve.points).toEqualTypeOf<number[]>();
  // @ts-expect-error: label has no metric called score
  scores.label.score;
  // @ts-expect-error: there is no such task
  scores.other;
  const history = await trainer.fit(source, { epochs: 1 });
  expectTypeOf(history.epochs[0].validation!.label.curve.value).toEqualTypeOf<number>();
  expectTypeOf(history.epochs[0].train.label.loss).toEqualTypeOf<number>();
  // Only with `scoreTraining`.
  expectTypeOf(history.epochs[0].train.label.curve?.value).toEqualTypeOf<number | undefined>();
  // @ts-expect-error: label has no metric called score
  history.epochs[0].train.label.score;
});

test('a missing loss or an unknown task does not compile', () => {
  // @ts-expect-error: no loss for label
  createTrainer(model, { optimizer, losses: { mask: loss } });
  // @ts-expect-error: unknown task in losses
  createTrainer(model, { optimizer, losses: { ...losses, other: loss } });
  // @ts-expect-error: unknown task in metrics
  createTrainer(model, { optimizer, losses, metrics: { other: { score } } });
  // @ts-expect-error: unknown task in the weights
  createTrainer(model, { optimizer, losses, weighting: fixedWeights({ other: 1 }) });
  createTrainer(model, { optimizer, losses, weighting: fixedWeights({ mask: 1 }) });
});

test('data of another model does not compile', async () => {
  const trainer = createTrainer(model, { optimizer, losses });
  const other = {} as Source<'depth'>;
  // @ts-expect-error: labels of another model
  await trainer.fit(other, { epochs: 1 });
  // @ts-expect-error: validation data of another model
  await trainer.fit(source, { epochs: 1, validation: other });
  // @ts-expect-error: training data of another model
  await trainer.fit(source, { epochs: 1, scoreTraining: other });
});

test('what is monitored names a task of the model', async () => {
  const trainer = createTrainer(model, { optimizer, losses });
  const own: Callback<'mask' | 'label'> = {
    onStepEnd: () => {},
    onValidation: (_, { validation }) => {
      expectTypeOf(validation.mask.loss).toEqualTypeOf<number>();
      // @ts-expect-error: there is no such task
      validation.other;
    },
  };
  await trainer.fit(source, {
    epochs: 1,
    callbacks: [
      earlyStopping({ monitor: 'validation.mask.score' }),
      reduceOnPlateau({ monitor: 'train.label.loss' }),
      reduceOnPlateau({ monitor: 'train.label.curve' }),
      own,
    ],
  });
  await trainer.fit(source, {
    epochs: 1,
    // @ts-expect-error: there is no task called other
    callbacks: [earlyStopping({ monitor: 'validation.other.score' })],
  });
});

test('arrays of batches, iterables and datasets of tf.data are sources of their tasks', async () => {
  const trainer = createTrainer(model, { optimizer, losses });
  await trainer.fit([] as Batch<'mask' | 'label'>[], { epochs: 1, validation: {} as TfDataset<'mask' | 'label'> });
  await trainer.evaluate({} as AsyncIterable<Batch<'mask'>>);
  // @ts-expect-error: labels of another model
  await trainer.fit([] as Batch<'depth'>[], { epochs: 1 });
  // @ts-expect-error: labels of another model
  await trainer.evaluate({} as TfDataset<'depth'>);
});
