import { join } from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import type { MultitaskModel, NDArray } from 'tfjs-multitask';
import { gradCam } from 'tfjs-multitask/models';
import { writeJson, writePng } from 'tfjs-multitask/node';
import type { ExperimentTask, GalleryItem, PredictionRecord, RunScores } from '../records';
import { predictImages } from './score-run';
import type { TaskView } from './task-view';

/** The two best, two in the middle and the two worst of what is ordered. */
function spread<V>(ordered: readonly V[]): V[] {
  const middle = Math.floor(ordered.length / 2);
  const places = [0, 1, middle - 1, middle, ordered.length - 2, ordered.length - 1];
  return [...new Set(places.filter((i) => i >= 0 && i < ordered.length))].map((i) => ordered[i]);
}

/** Test images to look at: masks from the best to the worst, and the surest right and wrong answers of each class. */
function chooseExamples({ predictions, thresholds }: RunScores): PredictionRecord[] {
  const test = predictions.filter(({ part }) => part === 'test');
  const masks = test.filter(({ dice }) => dice !== null).sort((a, b) => (b.dice as number) - (a.dice as number));
  const answers = [1, 0].flatMap((truth) => {
    const own = test
      .filter((record) => record.truth === truth && record.probability !== null)
      .sort((a, b) => (b.probability as number) - (a.probability as number));
    const positives = own.filter(({ probability }) => (probability as number) >= (thresholds.classification ?? 0.5));
    const negatives = own.filter((record) => !positives.includes(record)).reverse();
    const [right, wrong] = truth === 1 ? [positives, negatives] : [negatives, positives];
    return [...wrong.slice(0, 2), ...right.slice(0, 1)];
  });
  return [...new Set([...spread(masks), ...answers])];
}

/** The class-activation map of one image; null for a model that does not classify. */
async function mapOf(model: MultitaskModel<ExperimentTask>, x: NDArray): Promise<NDArray | null> {
  if (!model.tasks.includes('classification')) return null;
  const batch = tensor(x.data, [1, ...x.shape], 'float32');
  const heat = gradCam(model, batch, { task: 'classification' });
  const data = (await heat.data()) as Float32Array;
  batch.dispose();
  heat.dispose();
  return { data, shape: x.shape };
}

/** Writes the pictures of some test images, and what is to be said of them. */
export async function writeGallery(
  folder: string,
  model: MultitaskModel<ExperimentTask>,
  view: TaskView,
  scores: RunScores,
): Promise<void> {
  const items: GalleryItem[] = [];
  const places = new Map(view.images.infos.map(({ id }, i) => [id, i]));
  for (const [i, { id, dice, truth, probability }] of chooseExamples(scores).entries()) {
    const index = places.get(id) as number;
    const { x, y } = await view.images.dataset.read(index);
    const pictures: Record<'image' | 'truth' | 'prediction' | 'reconstruction' | 'cam', NDArray | null> = {
      image: x,
      truth: y.segmentation === undefined ? null : whiten(y.segmentation),
      prediction: null,
      reconstruction: null,
      cam: await mapOf(model, x),
    };
    for await (const { outputs } of predictImages(model, view, [index])) {
      pictures.prediction = outputs.segmentation ?? null;
      pictures.reconstruction = outputs.reconstruction ?? null;
    }
    const number = String(i + 1).padStart(3, '0');
    const write = async (what: keyof typeof pictures): Promise<string | null> => {
      const picture = pictures[what];
      if (picture === null) return null;
      const name = `${number}-${what}.png`;
      await writePng(join(folder, name), picture);
      return name;
    };
    items.push({
      id,
      image: (await write('image')) as string,
      truth: await write('truth'),
      prediction: await write('prediction'),
      reconstruction: await write('reconstruction'),
      cam: await write('cam'),
      dice,
      truthClass: truth,
      probability,
    });
  }
  await writeJson(join(folder, 'gallery.json'), items);
}

/** A mask of 0 and 1 as grey values. */
function whiten({ data, shape }: NDArray): NDArray {
  return { data: Float32Array.from(data), shape };
}
