import type { ByTask, Loss, MultitaskModel } from 'tfjs-multitask';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dicePerImage } from 'tfjs-multitask/metrics';
import { amyar2020, cnn8, unet } from 'tfjs-multitask/models';
import type { TaskMetrics } from 'tfjs-multitask/train';
import type { ExperimentTask, RunConfig } from '../records';
import { buildOnVgg16 } from './pretrained/vgg16-model';

type Model = MultitaskModel<ExperimentTask>;

/** Builds the model of a run, with the weights that its seed gives. */
export function buildModel(config: RunConfig): Model {
  if (config.pretrained !== undefined) return buildOnVgg16(config);
  const { model, tasks, size, filters, norm, dropout, reconstructionSkips, seed } = config;
  const inputShape = [size, size, 1] as const;
  if (model === 'cnn8') return cnn8({ inputShape, seed }) as Model;
  if (model === 'unet') return unet({ inputShape, filters, norm, dropout, seed }) as Model;
  const skips = reconstructionSkips ? 'concat' : 'none';
  return amyar2020({ inputShape, filters, tasks, norm, dropout, reconstructionSkips: skips, seed });
}

const LOSSES: ByTask<ExperimentTask, Loss> = {
  reconstruction: mse(),
  segmentation: softDice(),
  classification: bce(),
};

const METRICS: TaskMetrics<ExperimentTask> = {
  segmentation: { dice: dicePerImage() },
  classification: { auc: auc() },
};

function pick<V>(tasks: readonly ExperimentTask[], all: { readonly [K in ExperimentTask]?: V }) {
  return Object.fromEntries(tasks.filter((task) => task in all).map((task) => [task, all[task]])) as ByTask<
    ExperimentTask,
    V
  >;
}

/** The losses and the scores that are followed, of some tasks. */
export function measuresOf(tasks: readonly ExperimentTask[]) {
  return { losses: pick(tasks, LOSSES), metrics: pick(tasks, METRICS) };
}
