import { train } from '@tensorflow/tfjs-core';
import { expectTypeOf, test } from 'vitest';
import {
  alignedMtl,
  conflicts,
  createTrainer,
  diagnostics,
  dynamicWeightAverage,
  famo,
  gradNorm,
  imtlL,
  pcGrad,
  scheduledWeights,
  smoothTchebycheff,
  uncertainty,
  upGrad,
} from '../../src/train/index';
import type { Loss, MultitaskModel, Source } from '../../src/types';

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
  createTrainer(model, { optimizer, losses, weighting: smoothTchebycheff({ weights: { other: 1 } }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, weighting: scheduledWeights<'mask' | 'label'>(() => ({ other: 1 })) });
});

test('an aggregator knows the tasks of its model', () => {
  createTrainer(model, { optimizer, losses, aggregator: pcGrad(), gradientsAt: 'representation' });
  createTrainer(model, { optimizer, losses, aggregator: gradNorm() });
  createTrainer(model, { optimizer, losses, aggregator: upGrad({ preference: { mask: 2 } }) });
  // @ts-expect-error: there is no task called other
  createTrainer(model, { optimizer, losses, aggregator: alignedMtl({ preference: { other: 2 } }) });
  // @ts-expect-error: there is no such place
  createTrainer(model, { optimizer, losses, aggregator: pcGrad(), gradientsAt: 'head' });
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
