import { train } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { batches, phantomDataset, selectTasks } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dice } from 'tfjs-multitask/metrics';
import { amyar2020, type Sharing, type Amyar2020Task as Task } from 'tfjs-multitask/models';
import { cached } from 'tfjs-multitask/node';
import {
  createTrainer,
  diagnostics,
  type StepDiagnostics,
  sumGradient,
  type TrainerOptions,
} from 'tfjs-multitask/train';

export type { Task };

export interface PhantomSetup {
  readonly size: number;
  /** Filters of each level of the encoder. */
  readonly filters: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  /** Slices to train on with COVID-19, half of them with a mask, and as many without. */
  readonly slices: number;
  /** Slices to test on with COVID-19, all with a mask, and as many without. */
  readonly tests: number;
}

/** On the test slices. */
export interface Scores {
  /** Mean squared error of the reconstruction. */
  readonly error: number;
  readonly dice: number;
  readonly auc: number;
}

/** What may differ between two models of the three tasks. */
export type Way = Pick<TrainerOptions<Task, never>, 'weighting' | 'aggregator' | 'gradientsAt'> & {
  readonly sharing?: Sharing;
};

const LOSSES = { reconstruction: mse(), segmentation: softDice(), classification: bce() };
const METRICS = { segmentation: { dice: dice() }, classification: { auc: auc() } };

/** LibMTL's Delta_m: the mean over tasks of the relative gain, in per cent; an error counts downwards. */
export function relativeGain(scores: Scores, single: Scores): number {
  const gains = [1 - scores.error / single.error, scores.dice / single.dice - 1, scores.auc / single.auc - 1];
  return (100 * gains.reduce((sum, gain) => sum + gain, 0)) / gains.length;
}

/**
 * The paper's model on phantoms with half of the masks missing. The seed draws all that is left to chance: the slices,
 * which of them have masks, the initial weights and the order of the batches. With one seed, ways to train differ in
 * nothing but what they are.
 */
export function phantomTasks({ size, filters, epochs, batchSize, slices, tests }: PhantomSetup, seed: number) {
  const draw = (covid: number, masks: number, stream: number) =>
    cached(
      phantomDataset({
        counts: { covid, normal: covid / 2, pneumonia: covid / 2 },
        masks,
        size,
        sources: ['lung'],
        seed: 1000 * seed + stream,
      }),
    );
  const trainSlices = draw(slices, slices / 2, 0);
  const testSlices = draw(tests, tests, 1);
  const network = { inputShape: [size, size, 1] as const, filters, seed };
  const optimizer = () => train.adam(2e-3);
  const order = { batchSize, seed };
  const trainSet = batches(trainSlices, order);

  /** A trainer of the three tasks; the caller disposes it and its model. */
  const trainerFor = ({ sharing, ...balancing }: Way) =>
    createTrainer(amyar2020({ ...network, sharing }), {
      optimizer: optimizer(),
      losses: LOSSES,
      metrics: METRICS,
      ...balancing,
    });

  /** The scores of a model of one task alone, which sees the same batches. */
  const trainSingle = async (task: Task): Promise<Record<string, number>> => {
    const model = amyar2020({ ...network, tasks: [task] });
    const trainer = createTrainer(model, {
      optimizer: optimizer(),
      losses: { [task]: LOSSES[task] } as typeof LOSSES,
      metrics: { [task]: { ...METRICS, reconstruction: {} }[task] } as typeof METRICS,
    });
    await trainer.fit(batches(selectTasks(trainSlices, [task]), order), { epochs });
    const scores = await trainer.evaluate(batches(selectTasks(testSlices, [task]), { batchSize: 16, shuffle: false }));
    trainer.dispose();
    model.dispose();
    return scores[task];
  };

  const countEncoder = (model: MultitaskModel<Task>): number => {
    const encoder = model.net.layers.filter(({ name }) => name.startsWith('encoder/'));
    const parameters = encoder.reduce((sum, layer) => sum + layer.countParams(), 0);
    model.dispose();
    return parameters;
  };

  return {
    trainSet,
    trainerFor,

    /** The number of parameters between the input and the heads. */
    encoderParameters: ({ sharing }: Way): number => countEncoder(amyar2020({ ...network, sharing })),

    /** The scores of three models of one task each. */
    async single(): Promise<Scores> {
      const { loss } = await trainSingle('reconstruction');
      const segmentation = await trainSingle('segmentation');
      const classification = await trainSingle('classification');
      return { error: loss, dice: segmentation.dice, auc: classification.auc };
    },

    async train(way: Way): Promise<Scores> {
      const trainer = trainerFor(way);
      await trainer.fit(trainSet, { epochs });
      const scores = await trainer.evaluate(batches(testSlices, { batchSize: 16, shuffle: false }));
      trainer.dispose();
      trainer.model.dispose();
      return { error: scores.reconstruction.loss, dice: scores.segmentation.dice, auc: scores.classification.auc };
    },

    /** How the tasks get along, step by step, when the sum of the losses is trained on. */
    async watch(): Promise<readonly StepDiagnostics<Task>[]> {
      const trainer = trainerFor({ aggregator: sumGradient() });
      const record = diagnostics<Task>();
      await trainer.fit(trainSet, { epochs, callbacks: [record] });
      trainer.dispose();
      trainer.model.dispose();
      return record.records;
    },
  };
}

export type PhantomTasks = ReturnType<typeof phantomTasks>;
