import { join } from 'node:path';
import { train } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { checkpoint, loadCheckpoint, writeJson } from 'tfjs-multitask/node';
import { type Callback, createTrainer, type EpochLog, earlyStopping, unfreezeAt } from 'tfjs-multitask/train';
import type { EpochRecord, ExperimentTask, RunConfig } from '../records';
import { type PrepareOptions, prepareEncoder } from './pretrained/prepare-encoder';
import { sourcesFor } from './sources';
import type { TaskView } from './task-view';
import { trainedModel } from './trained-model';

/**
 * All numbers of an epoch by their path. A metric of several numbers is its `value`, with the others beside it (`skipped`);
 * of its lists, which have a number for each image, nothing is kept.
 */
function flatten({ epoch, seconds, train, validation }: EpochLog<string>): EpochRecord {
  const entries: [string, number][] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'number') entries.push([path, value]);
    else if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [key, inner] of Object.entries(value)) visit(inner, key === 'value' ? path : `${path}.${key}`);
    }
  };
  visit(train, 'train');
  visit(validation, 'validation');
  return { epoch, seconds, ...Object.fromEntries(entries.filter(([, number]) => Number.isFinite(number))) };
}

/** What a run tells while it trains. */
export interface Listener {
  onStep(place: { readonly epoch: number; readonly step: number }): void;
  onNotice(text: string): void;
}

export interface Trained {
  readonly model: MultitaskModel<ExperimentTask>;
  readonly epochs: readonly EpochRecord[];
  readonly bestEpoch: number;
  readonly stopped: boolean;
}

/** Shares of the learning rate: the parts that begin as solutions of something move less. */
function learningRatesOf({ pretrained, tasks }: RunConfig): Record<string, number> | undefined {
  if (pretrained === undefined) return undefined;
  const { fineTune, classifierRate } = pretrained;
  return {
    ...(fineTune === undefined ? {} : { encoder: fineTune.rate }),
    ...(tasks.includes('classification') ? { classification: classifierRate } : {}),
  };
}

export interface TrainRunOptions extends Listener, Pick<PrepareOptions, 'weights' | 'out'> {
  readonly folder: string;
  readonly signal: AbortSignal;
}

/**
 * Trains the model of a run, or resumes it where its folder has a checkpoint. The weights are those of the epoch
 * with the best validation loss, of all tasks together or of the one that the configuration names.
 */
export async function trainRun(
  view: TaskView,
  config: RunConfig,
  { folder, signal, weights, out, onStep, onNotice }: TrainRunOptions,
): Promise<Trained> {
  const { model, losses, metrics, weighting, labels, finish } = trainedModel(config);
  const sources = sourcesFor(view, config);
  const { fineTune } = config.pretrained ?? {};
  const trainer = createTrainer(model, {
    optimizer: train.adam(config.learningRate),
    losses,
    metrics,
    weighting,
    averageDecay: config.averageDecay,
    learningRates: learningRatesOf(config),
  });
  const monitor = config.keptBy === undefined ? 'validation.loss' : (`validation.${config.keptBy}.loss` as const);
  const checkpoints = join(folder, 'checkpoints');
  const last = await loadCheckpoint(checkpoints);
  for (const { reason } of last?.skipped ?? []) onNotice(`Skipped a damaged checkpoint. ${reason}`);
  if (config.pretrained !== undefined && last === undefined) {
    await prepareEncoder(model as MultitaskModel<ExperimentTask>, view, config, { weights, out, onNotice });
  }
  const watch: Callback<string> = {
    onStepEnd: (run, { step }) => onStep({ epoch: run.epoch, step }),
    onEpochEnd: (run) => writeJson(join(folder, 'epochs.json'), run.history.map(flatten)),
  };
  try {
    const { epochs, stopped } = await trainer.fit(labels(sources.train), {
      epochs: config.epochs,
      validation: sources.validation,
      signal,
      resume: last?.state,
      callbacks: [
        ...(fineTune === undefined ? [] : [unfreezeAt(model, { epoch: fineTune.epoch, from: fineTune.from })]),
        earlyStopping({ monitor, patience: config.patience }),
        watch,
        checkpoint(checkpoints, { every: { epochs: 1, steps: 200 } }),
      ],
    });
    const records = (epochs as readonly EpochLog<string>[]).map(flatten);
    const values = records.map((record) => record[monitor] ?? Number.POSITIVE_INFINITY);
    const bestEpoch = values.indexOf(Math.min(...values));
    return { model: finish(), epochs: records, bestEpoch, stopped: stopped === 'aborted' };
  } finally {
    trainer.dispose();
  }
}
