import type { ByTask, Loss, MultitaskModel } from 'tfjs-multitask';
import { bce, mse, softDice } from 'tfjs-multitask/losses';
import { auc, dice } from 'tfjs-multitask/metrics';
import { amyar2020, cnn8, unet } from 'tfjs-multitask/models';
import type { TaskMetrics } from 'tfjs-multitask/train';
import type { DemoTask } from './data';
import type { RunOptions } from './options';

/** One of the models that are compared. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  /** Over its column of a sheet, and in legends. */
  readonly heading: string;
  /** Roughly how long a step takes, as a share of one of the three tasks: to say how much time is left. */
  readonly cost: number;
  build(options: RunOptions): MultitaskModel<DemoTask>;
}

const shape = (size: number): [number, number, number] => [size, size, 1];

/**
 * The three-task model; its encoder with each of the two tasks that are scored alone, which tells what sharing does; and
 * the paper's network for the class. All have batch norm, which the paper does not name, and the CNN no dropout between
 * its convolutions: in the few epochs of a demo they learn little otherwise.
 */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'amyar2020',
    title: 'three tasks (amyar2020)',
    heading: 'Three tasks',
    cost: 1,
    build: ({ size, filters, seed }) => amyar2020({ inputShape: shape(size), filters, norm: 'batch', seed }),
  },
  {
    name: 'unet',
    title: 'segmentation alone (unet)',
    heading: 'U-Net',
    cost: 0.6,
    build: ({ size, filters, seed }) =>
      unet({ inputShape: shape(size), filters, norm: 'batch', seed }) as MultitaskModel<DemoTask>,
  },
  {
    name: 'classifier',
    title: 'classification alone (same encoder)',
    heading: 'Class alone',
    cost: 0.4,
    build: ({ size, filters, seed }) =>
      amyar2020({
        inputShape: shape(size),
        filters,
        norm: 'batch',
        tasks: ['classification'],
        seed,
      }) as MultitaskModel<DemoTask>,
  },
  {
    name: 'cnn8',
    title: "classification alone (the paper's CNN)",
    heading: 'CNN',
    cost: 0.35,
    build: ({ size, seed }) =>
      cnn8({ inputShape: shape(size), norm: 'batch', dropout: 0, seed }) as MultitaskModel<DemoTask>,
  },
];

export const LOSSES: ByTask<DemoTask, Loss> = {
  reconstruction: mse(),
  segmentation: softDice(),
  classification: bce(),
};

/** How much each loss counts for what the tasks share; chosen on validation images (README.md). */
export const WEIGHTS: ByTask<DemoTask, number> = { reconstruction: 1, segmentation: 3, classification: 0.3 };

/** What is followed on the validation images from epoch to epoch. */
export const METRICS: TaskMetrics<DemoTask> = { segmentation: { dice: dice() }, classification: { auc: auc() } };

/** The entries of a record that belong to the model's tasks. */
export function pickTasks<V>(
  tasks: readonly DemoTask[],
  record: { readonly [K in DemoTask]?: V },
): ByTask<DemoTask, V> {
  return Object.fromEntries(tasks.filter((task) => task in record).map((task) => [task, record[task]])) as ByTask<
    DemoTask,
    V
  >;
}
