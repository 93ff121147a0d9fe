import { train } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { augment, batches, cached, flipHorizontal, intensity, phantomDataset, shift } from 'tfjs-multitask/data';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dice, roc, youdenIndex } from 'tfjs-multitask/metrics';
import { type Amyar2020Task, amyar2020 } from 'tfjs-multitask/models';
import { type Callback, cosineDecay, createTrainer, type History, learningRate, warmUp } from 'tfjs-multitask/train';
import type { Lesson, Scores } from './messages';

/** Pixels of a side of what the model sees. */
export const SIZE = 64;

export type Model = MultitaskModel<Amyar2020Task>;

/** What is said of a model where it leaves the page. */
export const PREPROCESSING = `grey values divided by 255, resized to ${SIZE} x ${SIZE} by a triangle filter`;

/** All slices of the page are as these two sources draw them: with more, a minute of training is not enough. */
export const SOURCES = ['lung', 'bright'] as const;

/** Of every 16 slices; half have COVID-19. */
const KINDS = { covid: 8, normal: 4, pneumonia: 1, nodules: 1, cancer: 1, emphysema: 1 };
const SLICES_OF_KINDS = 16;

const VALIDATION_SEED = 1;
const VALIDATION_SLICES = 64;
const BATCH = 8;
const LEARNING_RATE = 4e-3;
/** The share of the steps over which the learning rate rises. */
const WARM_UP = 0.1;
/** Validations of an epoch, and the steps between them that are worth one. */
const LEAST_BETWEEN_VALIDATIONS = 8;

/** The three-task model with few filters: 0.2 million parameters. */
export function newModel(seed: number): Model {
  return amyar2020({ inputShape: [SIZE, SIZE, 1], filters: [8, 12, 16, 24, 32], norm: 'instance', seed });
}

function draw(slices: number, seed: number) {
  const times = slices / SLICES_OF_KINDS;
  const counts = Object.fromEntries(Object.entries(KINDS).map(([kind, count]) => [kind, count * times]));
  return cached(phantomDataset({ counts, masks: counts.covid, size: SIZE, seed, sources: SOURCES }));
}

let validation: ReturnType<typeof draw> | undefined;

function validationSource(slices: number) {
  validation ??= draw(VALIDATION_SLICES, VALIDATION_SEED);
  const { rows } = validation;
  const every = rows.length / Math.min(slices, rows.length);
  const indices = rows.map((_, i) => i).filter((i) => i % every === 0);
  return batches(validation, { indices, shuffle: false, batchSize: 16 });
}

const metrics = { segmentation: { dice: dice() }, classification: { auc: auc(), roc: roc(), best: youdenIndex() } };

type Validation = Awaited<ReturnType<ReturnType<typeof newTrainer>['evaluate']>>;

/** A validation's scores as plain data. */
function readScores(step: number, { loss, segmentation, classification }: Validation): Scores {
  // The first point is above all scores, at Infinity.
  const [fpr, tpr, thresholds] = (['fpr', 'tpr', 'thresholds'] as const).map((of) => classification.roc[of].slice(1));
  const { threshold } = classification.best;
  return {
    step,
    loss,
    dice: segmentation.dice,
    auc: classification.auc,
    threshold: Number.isFinite(threshold) ? threshold : 0.5,
    curve: { fpr, tpr, thresholds },
  };
}

function newTrainer(model: Model) {
  return createTrainer(model, {
    // Adam's epsilon is given, as its default is the backend's, which webgl takes for one of half precision.
    optimizer: train.adam(LEARNING_RATE, 0.9, 0.999, 1e-7),
    losses: { reconstruction: mse(), segmentation: softDice(), classification: bce() },
    metrics,
  });
}

/** What training tells while it goes on. */
export interface TrainingHooks {
  readonly signal?: AbortSignal | undefined;
  onStep?(step: number, steps: number, loss: number): void;
  onScores?(scores: Scores): void | Promise<void>;
}

/** Trains a model on drawn slices, and returns its last scores and the steps made. */
export async function trainOnPhantoms(
  model: Model,
  { slices, epochs, seed }: Lesson,
  { signal, onStep, onScores }: TrainingHooks = {},
): Promise<{ readonly history: History<Amyar2020Task>; readonly scores: Scores | undefined }> {
  const source = batches(draw(slices, seed), {
    batchSize: BATCH,
    seed,
    balance: { segmentation: BATCH / 2 },
    augment: augment<Amyar2020Task>([flipHorizontal(), shift(0.05), intensity()], { seed }),
  });
  const steps = source.steps * epochs;
  let scores: Scores | undefined;
  const watch: Callback<Amyar2020Task> = {
    onStepEnd: (_, { loss, progress }) => onStep?.((progress?.step ?? 0) + 1, steps, loss),
    async onValidation(_, log) {
      scores = readScores(log.progress.step, log.validation as Validation);
      await onScores?.(scores);
    },
  };
  const trainer = newTrainer(model);
  try {
    const history = await trainer.fit(source, {
      epochs,
      validation: validationSource(slices),
      validateEvery: Math.max(LEAST_BETWEEN_VALIDATIONS, Math.ceil(source.steps / 2)),
      signal,
      callbacks: [learningRate(warmUp(Math.ceil(WARM_UP * steps), cosineDecay({ from: LEARNING_RATE }))), watch],
    });
    return { history, scores };
  } finally {
    trainer.dispose();
  }
}
