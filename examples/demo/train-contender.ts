import { join } from 'node:path';
import { train } from '@tensorflow/tfjs-core';
import type { MultitaskModel, Source } from 'tfjs-multitask';
import { augment, batches, flipHorizontal, intensity, rotate, scale, selectTasks, shift } from 'tfjs-multitask/data';
import { checkpoint, csvLog, fileSystem, loadCheckpoint, progressBar } from 'tfjs-multitask/node';
import {
  createTrainer,
  diagnostics,
  earlyStopping,
  type History,
  type StepDiagnostics,
  sumGradient,
} from 'tfjs-multitask/train';
import { type Contender, LOSSES, METRICS, pickTasks } from './contenders';
import type { DemoData, DemoTask } from './data';
import type { RunOptions } from './options';

export interface Trained {
  readonly model: MultitaskModel<DemoTask>;
  readonly history: History<DemoTask>;
  /** How each step was balanced, where the run diagnoses and tasks share something. */
  readonly records?: readonly StepDiagnostics<DemoTask>[];
}

interface Sources {
  readonly train: Source<DemoTask>;
  readonly validation: Source<DemoTask>;
}

/**
 * The images that have a label of one of the model's tasks, augmented. Every batch of the three-task model has a mask
 * in it (batches of one image cannot), or fifty among hundreds would starve. All models make about as many steps per
 * epoch: one with fewer images passes over them several times.
 */
function sourcesFor(data: DemoData, tasks: readonly DemoTask[], { batch, seed }: RunOptions): Sources {
  const dataset = selectTasks(data.dataset, tasks);
  const labelled = (indices: readonly number[]): number[] => indices.filter((i) => dataset.rows[i].tasks.length > 0);
  const indices = labelled(data.train);
  const pieces = [flipHorizontal(), rotate(10), shift(0.05), scale(0.1), intensity()];
  const once = batches(dataset, {
    indices,
    batchSize: batch,
    seed,
    balance: tasks.includes('segmentation') && batch > 1 ? { segmentation: 1 } : {},
    augment: augment<DemoTask>(pieces, { seed }),
  });
  const passes = Math.max(1, Math.round(data.train.length / indices.length));
  const repeated = async function* (epoch: number) {
    for (let pass = 0; pass < passes; pass++) yield* once(epoch * passes + pass);
  };
  return {
    train: Object.assign(repeated, { steps: once.steps * passes }),
    validation: batches(dataset, { indices: labelled(data.validation), batchSize: batch, shuffle: false }),
  };
}

/**
 * Trains one model, or resumes it, and saves it. The weights are those of the epoch with the best validation loss.
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
  // The sum of the gradients is the gradient of the sum: the same training, with the tasks' gradients on record.
  const watch = options.diagnose && tasks.length > 1 ? diagnostics<DemoTask>() : undefined;
  const trainer = createTrainer(model, {
    optimizer: train.adam(options.learningRate),
    losses: pickTasks(tasks, LOSSES),
    metrics: pickTasks(tasks, METRICS),
    aggregator: watch && sumGradient(),
  });
  const checkpoints = join(folder, 'checkpoints');
  const last = resume ? await loadCheckpoint(checkpoints) : undefined;
  for (const { reason } of last?.skipped ?? []) console.warn(`Skipped a damaged checkpoint. ${reason}`);
  const history = await trainer.fit(sources.train, {
    epochs: options.epochs,
    validation: sources.validation,
    signal,
    resume: last?.state,
    callbacks: [
      earlyStopping({ monitor: 'validation.loss' }),
      ...(watch === undefined ? [] : [watch]),
      csvLog(join(folder, 'history.csv')),
      checkpoint(checkpoints, { every: { epochs: 1, steps: 50 } }),
      progressBar(),
    ],
  });
  trainer.dispose();
  if (history.stopped !== 'aborted') await model.net.save(fileSystem(join(folder, 'model')));
  return { model, history, records: watch?.records };
}
