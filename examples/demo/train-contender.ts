import { join } from 'node:path';
import { train } from '@tensorflow/tfjs-core';
import type { MultitaskModel } from 'tfjs-multitask';
import { checkpoint, csvLog, fileSystem, loadCheckpoint, progressBar } from 'tfjs-multitask/node';
import {
  type Callback,
  cosineDecay,
  createTrainer,
  diagnostics,
  earlyStopping,
  fixedWeights,
  type History,
  learningRate,
  type StepDiagnostics,
  warmUp,
} from 'tfjs-multitask/train';
import { CONTENDERS, type Contender, LOSSES, METRICS, pickTasks, WEIGHTS } from './contenders';
import type { DemoData, DemoTask } from './data';
import { type LabelCounts, labelCounter } from './label-counter';
import type { RunOptions } from './options';
import { sourcesFor } from './sources';

/** Of the moving average of the weights: it looks back over some hundred steps. */
const AVERAGE_DECAY = 0.99;

/** The share of the steps over which the learning rate rises. */
const WARM_UP = 0.1;

export interface Trained {
  readonly model: MultitaskModel<DemoTask>;
  readonly history: History<DemoTask>;
  readonly seen: LabelCounts & { readonly steps: number };
  /** How each step was balanced, where the run diagnoses and tasks share something. */
  readonly records?: readonly StepDiagnostics<DemoTask>[];
}

/** After the first epoch of all: roughly how long the whole run is going to take. */
function announceTime(contender: Contender): Callback<DemoTask> {
  const costs = CONTENDERS.map(({ cost }) => cost);
  return {
    onEpochEnd(run, { epoch, seconds }) {
      if (epoch > 0 || contender !== CONTENDERS[0]) return;
      const left = seconds * (run.epochs * costs.reduce((sum, cost) => sum + cost / contender.cost, 0) - 1);
      const minutes = Math.round(left / 60);
      const time = minutes < 1 ? 'Less than a minute' : `About ${minutes} min`;
      process.stderr.write(`${time} left, all ${CONTENDERS.length} models.\n`);
    },
  };
}

/**
 * Trains one model, or resumes it, and saves it. The weights are averages over the last steps, of the epoch with the best
 * validation loss.
 */
export async function trainContender(
  contender: Contender,
  data: DemoData,
  options: RunOptions,
  { folder, resume, signal }: { readonly folder: string; readonly resume: boolean; readonly signal: AbortSignal },
): Promise<Trained> {
  const model = contender.build(options);
  const { tasks } = model;
  const sources = sourcesFor(data, tasks, options);
  const counter = labelCounter();
  const weights = pickTasks(tasks, WEIGHTS);
  const watch = options.diagnose && tasks.length > 1 ? diagnostics<DemoTask>() : undefined;
  const trainer = createTrainer(model, {
    optimizer: train.adam(options.learningRate),
    losses: pickTasks(tasks, LOSSES),
    metrics: pickTasks(tasks, METRICS),
    averageDecay: AVERAGE_DECAY,
    // The weighted sum of the gradients is the gradient of the weighted sum: the same for the trunk, with the tasks'
    // gradients on record.
    ...(watch === undefined
      ? { weighting: tasks.length > 1 ? fixedWeights(weights) : undefined }
      : { aggregator: { name: 'weighted sum', weights: (_, known) => known.map((task) => weights[task]) } }),
  });
  // A high rate at once would kill the class head, whose convolution has no normalization.
  const rising = Math.ceil(WARM_UP * options.epochs * (sources.train.steps ?? 1));
  const checkpoints = join(folder, 'checkpoints');
  const last = resume ? await loadCheckpoint(checkpoints) : undefined;
  for (const { reason } of last?.skipped ?? []) console.warn(`Skipped a damaged checkpoint. ${reason}`);
  const history = await trainer.fit(counter.watch(sources.train), {
    epochs: options.epochs,
    validation: sources.validation,
    signal,
    resume: last?.state,
    callbacks: [
      learningRate(warmUp(rising, cosineDecay({ from: options.learningRate }))),
      earlyStopping({ monitor: 'validation.loss' }),
      counter.callback,
      ...(watch === undefined ? [] : [watch]),
      csvLog(join(folder, 'history.csv')),
      checkpoint(checkpoints, { every: { epochs: 1, steps: 50 } }),
      progressBar(),
      announceTime(contender),
    ],
  });
  trainer.dispose();
  if (history.stopped !== 'aborted') await model.net.save(fileSystem(join(folder, 'model')));
  return { model, history, seen: counter.seen(), records: watch?.records };
}
