import { add, div, reverse, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { MultitaskModel, NDArray } from 'tfjs-multitask';
import { batches } from 'tfjs-multitask/data';
import { dicePerImage, roc, score } from 'tfjs-multitask/metrics';
import type { ExperimentTask, PredictionRecord, RunScores } from '../records';
import type { TaskView } from './task-view';

type Outputs = { readonly [K in ExperimentTask]?: NDArray };

/** An image that was scored, with what the model gave for it. */
interface Scored {
  readonly index: number;
  readonly outputs: Outputs;
}

const BATCH = 4;

/** The model's outputs; with flips, their mean with those of the mirrored image, mirrored back. */
function predict(
  model: MultitaskModel<ExperimentTask>,
  x: Tensor,
  flips: boolean,
): Record<ExperimentTask, Tensor | undefined> {
  return tidy(() => {
    const straight = model.predict(x) as Record<ExperimentTask, Tensor>;
    if (!flips) return straight;
    const mirrored = model.predict(reverse(x as Tensor4D, 2)) as Record<ExperimentTask, Tensor>;
    const entries = model.tasks.map((task) => {
      const back = mirrored[task].rank === 4 ? reverse(mirrored[task] as Tensor4D, 2) : mirrored[task];
      return [task, div(add(straight[task], back), 2)];
    });
    return Object.fromEntries(entries) as Record<ExperimentTask, Tensor>;
  });
}

/** Runs the model over images, one batch at a time. */
export async function* predictImages(
  model: MultitaskModel<ExperimentTask>,
  view: TaskView,
  indices: readonly number[],
  flips = false,
): AsyncGenerator<Scored> {
  let at = 0;
  for await (const { x } of batches(view.dataset, { indices, batchSize: BATCH, shuffle: false })(0)) {
    const outputs = predict(model, x, flips);
    const read = new Map<ExperimentTask, NDArray>();
    for (const task of model.tasks) {
      const output = outputs[task] as Tensor;
      read.set(task, { data: (await output.data()) as Float32Array, shape: output.shape.slice(1) });
      output.dispose();
    }
    for (let i = 0; i < x.shape[0]; i++) {
      const own = [...read].map(([task, { data, shape }]) => {
        const size = data.length / x.shape[0];
        return [task, { data: data.slice(i * size, (i + 1) * size), shape }];
      });
      yield { index: indices[at++], outputs: Object.fromEntries(own) };
    }
  }
}

const batched = ({ data, shape }: NDArray): NDArray => ({ data, shape: [1, ...shape] });

async function diceOf(truth: NDArray, prediction: NDArray, threshold: number): Promise<number> {
  return (await score(dicePerImage({ threshold }), batched(truth), batched(prediction))).value;
}

function countOnes({ data }: NDArray): number {
  let count = 0;
  for (const value of data) count += value;
  return count;
}

function meanSquare(a: NDArray, b: NDArray): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i] - b.data[i]) ** 2;
  return sum / a.data.length;
}

const CANDIDATES = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

interface Kept {
  readonly record: Omit<PredictionRecord, 'dice' | 'diceTuned'>;
  readonly truth: NDArray | undefined;
  readonly mask: NDArray | undefined;
}

/** The threshold of the mask with the best mean Dice over the images with a lesion; the middle one of equals. */
async function chooseMaskThreshold(images: readonly Kept[]): Promise<number | null> {
  const pairs = images.filter(({ record, mask }) => mask !== undefined && (record.lesionPixels ?? 0) > 0);
  if (pairs.length === 0) return null;
  const means: number[] = [];
  for (const threshold of CANDIDATES) {
    let sum = 0;
    for (const { truth, mask } of pairs) sum += await diceOf(truth as NDArray, mask as NDArray, threshold);
    means.push(sum / pairs.length);
  }
  const best = Math.max(...means);
  const equal = CANDIDATES.filter((_, i) => means[i] === best);
  return equal[Math.floor(equal.length / 2)];
}

/** The threshold of the class with the best Youden index, sensitivity + specificity - 1; the lowest of equals. */
async function chooseClassThreshold(images: readonly Kept[]): Promise<number | null> {
  const known = images
    .map(({ record }) => record)
    .filter(({ truth, probability }) => truth !== null && probability !== null);
  const truths = known.map(({ truth }) => truth as number);
  if (!truths.includes(0) || !truths.includes(1)) return null;
  const { fpr, tpr, thresholds } = await score(
    roc(),
    truths,
    known.map(({ probability }) => probability as number),
  );
  const youden = tpr.map((rate, i) => rate - fpr[i]);
  const threshold = thresholds[youden.lastIndexOf(Math.max(...youden))];
  return Number.isFinite(threshold) ? threshold : 1;
}

/** What the model says of the validation and the test images, and thresholds chosen on validation alone. */
export async function scoreRun(
  model: MultitaskModel<ExperimentTask>,
  view: TaskView,
  { flips = false }: { readonly flips?: boolean } = {},
): Promise<RunScores> {
  const kept: Kept[] = [];
  for (const part of ['validation', 'test'] as const) {
    for await (const { index, outputs } of predictImages(model, view, view.parts[part], flips)) {
      const { x, y } = await view.images.dataset.read(index);
      const { id, source } = view.images.infos[index];
      const masked = outputs.segmentation !== undefined && y.segmentation !== undefined;
      kept.push({
        record: {
          id,
          part,
          source,
          truth: view.truthOf(index),
          probability: outputs.classification?.data[0] ?? null,
          lesionPixels: y.segmentation === undefined ? null : countOnes(y.segmentation),
          mse: outputs.reconstruction ? meanSquare(x, outputs.reconstruction) : null,
        },
        truth: masked ? y.segmentation : undefined,
        mask: masked ? outputs.segmentation : undefined,
      });
    }
  }
  const validation = kept.filter(({ record }) => record.part === 'validation');
  const thresholds = {
    segmentation: await chooseMaskThreshold(validation),
    classification: await chooseClassThreshold(validation),
  };
  const predictions: PredictionRecord[] = [];
  for (const { record, truth, mask } of kept) {
    const dice = async (threshold: number | null): Promise<number | null> => {
      if (!truth || !mask || threshold === null || !record.lesionPixels) return null;
      return diceOf(truth, mask, threshold);
    };
    predictions.push({ ...record, dice: await dice(0.5), diceTuned: await dice(thresholds.segmentation) });
  }
  return { thresholds, predictions };
}
