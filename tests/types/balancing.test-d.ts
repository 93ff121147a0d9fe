import { sum, train } from '@tensorflow/tfjs-core';
import { expectTypeOf, test } from 'vitest';
import {
  alignedMtl,
  conflicts,
  createTrainer,
  diagnostics,
  dynamicWeightAverage,
  famo,
  gradDrop,
  gradNorm,
  imtlL,
  pcGrad,
  scheduledWeights,
  smoothTchebycheff,
  uncertainty,
  upGrad,
} from '../../src/train/index';
import type { Aggregator, ElementwiseAggregator, Loss, MultitaskModel, Source } from '../../src/types';

declare const model: MultitaskModel<'mask' | 'label'>;
declare const loss: Loss;
declare const source: Source<'mask' | 'label'>;
const optimizer = train.adam(1e-3);
const losses = { mask: loss, label: loss };

test('a weighting knows the tasks of its model', () => {
  createTrainer(model, { optimizer, losses, weighting: dynamicWeightAverage() });
  createTrainer(model, { optimizer, losses, weighting: famo({ lowest: { mask: 0 } }) });
  createTrainer(model, { optimizer, losses, weighting: imtlL(model.tasks) });
  createTrainer(model, { optimizer, losses, weighting: uncertainty({ mask: 'regression', label: 'classification' }) });
  createTrainer(model, { optimizer, losses, weighting: scheduledWeights(({ epoch }) => ({ mask: epoch })) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, weighting: imtlL(['mask', 'other']) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, weighting: uncertainty({ mask: 'regression', other: 'regression' }) });
  // @ts-expect-error: there is no such kind
  createTrainer(model, { optimizer, losses, weighting: uncertainty({ mask: 'regression', label: 'ranking' }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, weighting: smoothTchebycheff({ preference: { other: 1 } }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, weighting: scheduledWeights<'mask' | 'label'>(() => ({ other: 1 })) });
});

test('an aggregator knows the tasks of its model', () => {
  createTrainer(model, { optimizer, losses, aggregator: pcGrad(), gradientsAt: 'representation' });
  createTrainer(model, { optimizer, losses, aggregator: gradNorm() });
  createTrainer(model, { optimizer, losses, aggregator: upGrad({ preference: { mask: 2 } }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, aggregator: alignedMtl({ preference: { other: 2 } }) });
  createTrainer(model, { optimizer, losses, aggregator: gradDrop({ leak: { mask: 0.5 } }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, aggregator: gradDrop({ leak: { other: 0.5 } }) });
  // @ts-expect-error: there is no such place
  createTrainer(model, { optimizer, losses, aggregator: pcGrad(), gradientsAt: 'head' });
});

test('an aggregator says how it joins: by weights or by elements, not both', () => {
  const either = {} as Aggregator<'mask' | 'label'> | ElementwiseAggregator<'mask' | 'label'>;
  createTrainer(model, { optimizer, losses, aggregator: either });
  expectTypeOf(pcGrad()).toExtend<Aggregator<string>>();
  expectTypeOf(gradDrop()).toExtend<ElementwiseAggregator<string>>();
  const weights = () => [1, 1];
  createTrainer(model, { optimizer, losses, aggregator: { name: 'own', weights } });
  createTrainer(model, { optimizer, losses, aggregator: { name: 'own', join: (gradients) => sum(gradients, 0) } });
  // @ts-expect-error: neither
  createTrainer(model, { optimizer, losses, aggregator: { name: 'own' } });
  // @ts-expect-error: both
  createTrainer(model, { optimizer, losses, aggregator: { name: 'own', weights, join: gradDrop().join } });
});

test('diagnostics name the tasks', async () => {
  const watch = diagnostics<'mask' | 'label'>();
  const trainer = createTrainer(model, { optimizer, losses, aggregator: pcGrad() });
  await trainer.fit(source, { epochs: 1, callbacks: [watch, diagnostics()] });
  expectTypeOf(watch.records[0].losses.mask).toEqualTypeOf<number | undefined>();
  expectTypeOf(conflicts(watch.records)[0].tasks).toEqualTypeOf<readonly ['mask' | 'label', 'mask' | 'label']>();
  // @ts-expect-error: diagnostics of another model
  await trainer.fit(source, { epochs: 1, callbacks: [diagnostics<'depth'>()] });
});
