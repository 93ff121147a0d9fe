import type { MultitaskModel, NDArray } from 'tfjs-multitask';
import { batches } from 'tfjs-multitask/data';
import {
  accuracy,
  auc,
  dicePerImage,
  interval,
  roc,
  score,
  sensitivity,
  specificity,
  youdenIndex,
} from 'tfjs-multitask/metrics';
import type { DemoData, DemoTask } from './data';

/** A number with its 95 % bootstrap interval over `n` images. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

export const COLUMNS = ['dice', 'accuracy', 'sensitivity', 'specificity', 'auc'] as const;

export type TestScores = Readonly<Record<(typeof COLUMNS)[number], Estimate | null>>;

/** What a model says of one image. */
export interface Prediction {
  readonly index: number;
  readonly outputs: { readonly [K in DemoTask]?: NDArray };
}

export interface Scored {
  readonly test: TestScores;
  /** The probability from which on an image counts as positive; null where the model has no classes. */
  readonly threshold: number | null;
  /** The test images with a lesion, those with a class; null where there are none, or the model has no such task. */
  readonly masks: Pair | null;
  readonly classes: Pair | null;
  readonly curve: { readonly fpr: readonly number[]; readonly tpr: readonly number[] } | null;
  readonly predictions: readonly Prediction[];
}

async function predictAll(
  model: MultitaskModel<DemoTask>,
  { dataset }: DemoData,
  indices: readonly number[],
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  const source = batches(dataset, { indices, batchSize: 8, shuffle: false });
  for await (const { x } of source(0)) {
    const outputs = model.predict(x);
    const read: [DemoTask, NDArray][] = [];
    for (const task of model.tasks) {
      read.push([task, { data: (await outputs[task].data()) as Float32Array, shape: outputs[task].shape }]);
      outputs[task].dispose();
    }
    for (let i = 0; i < x.shape[0]; i++) {
      const one = ({ data, shape }: NDArray): NDArray => {
        const size = data.length / shape[0];
        return { data: data.slice(i * size, (i + 1) * size), shape: shape.slice(1) };
      };
      const own = Object.fromEntries(read.map(([task, values]) => [task, one(values)]));
      predictions.push({ index: indices[predictions.length], outputs: own });
    }
  }
  return predictions;
}

/** What is true and what was predicted of some test images, stacked; and their patients, as far as they are known. */
export interface Pair {
  readonly yTrue: NDArray;
  readonly yPred: NDArray;
  readonly groups: readonly string[];
}

/**
 * Stacks what is true and what was predicted of the images that have a label of the task and, for masks, a lesion.
 * Null where there are none, or the model has no such task.
 */
async function pairUp(data: DemoData, predictions: readonly Prediction[], task: DemoTask): Promise<Pair | null> {
  const kept: { truth: NDArray; prediction: NDArray; group: string }[] = [];
  for (const { index, outputs } of predictions) {
    const prediction = outputs[task];
    const { tasks, group = `image ${index}` } = data.dataset.rows[index];
    if (prediction === undefined || !tasks.includes(task)) continue;
    const truth = (await data.dataset.read(index)).y[task]!;
    if (task !== 'segmentation' || truth.data.some((value) => value > 0)) kept.push({ truth, prediction, group });
  }
  if (kept.length === 0) return null;
  const stack = (arrays: readonly NDArray[]): NDArray => {
    const [{ shape, data: first }] = arrays;
    const data = new Float32Array(arrays.length * first.length);
    for (const [i, array] of arrays.entries()) data.set(array.data, i * first.length);
    return { data, shape: [arrays.length, ...shape] };
  };
  return {
    yTrue: stack(kept.map(({ truth }) => truth)),
    yPred: stack(kept.map(({ prediction }) => prediction)),
    groups: kept.map(({ group }) => group),
  };
}

/**
 * The probability from which on an image counts as positive: where sensitivity + specificity is highest on the validation
 * images; 0.5 where no probability there is better than chance. Half of each batch having a mask, the models see more of
 * the class with masks than there is.
 */
async function chooseThreshold(model: MultitaskModel<DemoTask>, data: DemoData): Promise<number | null> {
  if (!model.tasks.includes('classification')) return null;
  const classes = await pairUp(data, await predictAll(model, data, data.validation), 'classification');
  if (classes === null) return null;
  const { threshold } = await score(youdenIndex(), classes.yTrue, classes.yPred);
  return Number.isFinite(threshold) ? threshold : 0.5;
}

/**
 * Scores a model on the test images: Dice per image over the images with a lesion, the rest over all images; masks are
 * where the probability is at least 0.5. The intervals are bootstraps over patients, where they are known, or else over images.
 */
export async function scoreContender(model: MultitaskModel<DemoTask>, data: DemoData): Promise<Scored> {
  const predictions = await predictAll(model, data, data.test);
  const chosen = await chooseThreshold(model, data);
  const threshold = chosen ?? 0.5;
  const masks = await pairUp(data, predictions, 'segmentation');
  const classes = await pairUp(data, predictions, 'classification');
  const estimate = async (metric: Parameters<typeof interval>[0], pair: Pair | null): Promise<Estimate | null> => {
    if (pair === null) return null;
    const { value, low, high, n } = await score(
      interval(metric, { seed: 1, groups: pair.groups }),
      pair.yTrue,
      pair.yPred,
    );
    return { value, low, high, n };
  };
  return {
    test: {
      dice: await estimate(dicePerImage(), masks),
      accuracy: await estimate(accuracy({ threshold }), classes),
      sensitivity: await estimate(sensitivity({ threshold }), classes),
      specificity: await estimate(specificity({ threshold }), classes),
      auc: await estimate(auc(), classes),
    },
    threshold: chosen,
    masks,
    classes,
    curve: classes === null ? null : await score(roc(), classes.yTrue, classes.yPred),
    predictions,
  };
}
