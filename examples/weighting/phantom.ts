import { train } from '@tensorflow/tfjs-core';
import { batches, phantomDataset, selectTasks, split } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dice } from 'tfjs-multitask/metrics';
import { amyar2020 } from 'tfjs-multitask/models';
import { createTrainer, diagnostics, type StepDiagnostics, sumGradient } from 'tfjs-multitask/train';
import type { Method } from './methods';

export type Task = 'reconstruction' | 'segmentation' | 'classification';

export interface PhantomOptions {
  readonly size: number;
  readonly filters: number;
  readonly epochs: number;
  /** Slices with COVID-19, half of them with a mask, and as many without. */
  readonly slices: number;
}

/** On the test slices. */
export interface Scores {
  /** Mean squared error of the reconstruction. */
  readonly error: number;
  readonly dice: number;
  readonly auc: number;
}

export interface Result {
  readonly name: string;
  readonly kind: Method<Task>['kind'];
  readonly scores: Scores;
  readonly millisecondsPerStep: number;
  /** LibMTL's Delta_m: the mean relative gain over the single-task models, in per cent. */
  readonly gain: number;
}

const LOSSES = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
const METRICS = { segmentation: { dice: dice() }, classification: { auc: auc() } };

/** The mean over tasks of the relative gain; an error counts downwards. */
export function relativeGain(scores: Scores, single: Scores): number {
  const gains = [1 - scores.error / single.error, scores.dice / single.dice - 1, scores.auc / single.auc - 1];
  return (100 * gains.reduce((sum, gain) => sum + gain, 0)) / gains.length;
}

/** The data, and ways to train on it that differ in nothing but the balancing. */
export function phantomExperiment({ size, filters, epochs, slices }: PhantomOptions) {
  const dataset = phantomDataset({
    counts: { covid: slices, normal: slices / 2, pneumonia: slices / 2 },
    masks: slices / 2,
    size,
    seed: 5,
  });
  const parts = split(dataset.rows, { fractions: { train: 0.6, test: 0.4 }, seed: 1 });
  const network = { inputShape: [size, size, 1] as const, filters, norm: 'instance' as const, seed: 1 };

  /** The scores of a model of one task alone. */
  const trainSingle = async <K extends Task>(task: K): Promise<Partial<Scores>> => {
    const own = selectTasks(dataset, [task]);
    const model = amyar2020({ ...network, tasks: [task] });
    const trainer = createTrainer(model, {
      optimizer: train.adam(1e-3),
      losses: { [task]: LOSSES[task] } as never,
      metrics: { [task]: (METRICS as Record<string, object>)[task] ?? {} } as never,
    });
    await trainer.fit(batches(own, { indices: parts.train, seed: 1 }) as never, { epochs });
    const result = await trainer.evaluate(batches(own, { indices: parts.test, shuffle: false }) as never);
    const scores = (result as unknown as Record<string, { loss: number; dice: number; auc: number }>)[task];
    trainer.dispose();
    model.dispose();
    if (task === 'reconstruction') return { error: scores.loss };
    return task === 'segmentation' ? { dice: scores.dice } : { auc: scores.auc };
  };

  return {
    async single(): Promise<Scores> {
      const all = [];
      for (const task of ['reconstruction', 'segmentation', 'classification'] as const)
        all.push(await trainSingle(task));
      return Object.assign({}, ...all) as Scores;
    },

    async run(method: Method<Task>, single: Scores): Promise<Result> {
      const model = amyar2020(network);
      const trainer = createTrainer(model, {
        optimizer: train.adam(1e-3),
        losses: LOSSES,
        metrics: METRICS,
        ...method.make(),
      });
      const source = batches(dataset, { indices: parts.train, seed: 1 });
      const { epochs: history } = await trainer.fit(source, { epochs });
      const test = await trainer.evaluate(batches(dataset, { indices: parts.test, shuffle: false }));
      trainer.dispose();
      model.dispose();
      const scores = { error: test.reconstruction.loss, dice: test.segmentation.dice, auc: test.classification.auc };
      const fastest = Math.min(...history.map(({ seconds }) => seconds));
      return {
        name: method.name,
        kind: method.kind,
        scores,
        millisecondsPerStep: (1000 * fastest) / source.steps,
        gain: relativeGain(scores, single),
      };
    },

    /** How the tasks get along, step by step, when the sum of the losses is trained on. */
    async watch(): Promise<readonly StepDiagnostics<Task>[]> {
      const model = amyar2020(network);
      const trainer = createTrainer(model, { optimizer: train.adam(1e-3), losses: LOSSES, aggregator: sumGradient() });
      const record = diagnostics<Task>();
      await trainer.fit(batches(dataset, { indices: parts.train, seed: 1 }), { epochs, callbacks: [record] });
      trainer.dispose();
      model.dispose();
      return record.records;
    },
  };
}
