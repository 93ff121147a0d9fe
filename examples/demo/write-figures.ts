import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NDArray } from 'tfjs-multitask';
import { dicePerImage, score } from 'tfjs-multitask/metrics';
import { rocCurves } from 'tfjs-multitask-figures/roc-curves';
import { type SliceRow, sliceSheet } from 'tfjs-multitask-figures/slice-sheet';
import { taskGradients } from 'tfjs-multitask-figures/task-gradients';
import { trainingCurves } from 'tfjs-multitask-figures/training-curves';
import type { Contender } from './contenders';
import type { DemoData } from './data';
import type { Prediction, Scored } from './score-contender';
import type { Trained } from './train-contender';

/** A model, trained and scored. */
export interface Result {
  readonly contender: Contender;
  readonly trained: Trained;
  readonly scored: Scored;
}

/** Up to `count` values, spread evenly. */
function spread<V>(values: readonly V[], count: number): V[] {
  const step = Math.max(1, values.length / count);
  return Array.from({ length: Math.min(count, values.length) }, (_, i) => values[Math.floor(i * step)]);
}

async function diceOf(truth: NDArray, prediction: NDArray): Promise<number> {
  const batched = ({ data, shape }: NDArray): NDArray => ({ data, shape: [1, ...shape] });
  return (await score(dicePerImage(), batched(truth), batched(prediction))).value;
}

/** A row of the sheet for one test image: what the three-task model and those that segment alone made of it. */
async function describeSlice(
  { dataset }: DemoData,
  results: readonly Result[],
  threshold: number,
  { index, outputs }: Prediction,
): Promise<SliceRow> {
  const { x, y } = await dataset.read(index);
  const positive = y.classification === undefined ? undefined : y.classification.data[0] === 1;
  const title = positive === undefined ? 'unknown' : positive ? 'COVID-19' : 'not COVID-19';
  const lines = [dataset.rows[index].id];
  if (outputs.classification !== undefined) {
    const probability = outputs.classification.data[0];
    const wrong = positive !== undefined && positive !== probability >= threshold;
    lines.push(`p(COVID) = ${probability.toFixed(2)}${wrong ? ' (wrong)' : ''}`);
  }
  const masks = results.flatMap(({ contender, scored }) => {
    const mask = scored.predictions.find((prediction) => prediction.index === index)?.outputs.segmentation;
    return mask === undefined ? [] : [[contender.heading, mask] as const];
  });
  for (const [heading, mask] of masks) {
    const dice = y.segmentation && (await diceOf(y.segmentation, mask));
    if (dice !== undefined && !Number.isNaN(dice)) lines.push(`Dice ${dice.toFixed(2)} (${heading})`);
  }
  return {
    title,
    lines,
    image: x,
    trueMask: y.segmentation,
    predictedMasks: Object.fromEntries(masks),
    reconstruction: outputs.reconstruction,
  };
}

/** Test images to look at: with a mask, of the class without one, and not COVID. */
function chooseSlices({ dataset }: DemoData, predictions: readonly Prediction[]): Prediction[] {
  const stratum = ({ index }: Prediction): string => dataset.rows[index].stratum ?? '';
  const hasMask = ({ index }: Prediction): boolean => dataset.rows[index].tasks.includes('segmentation');
  const strata = [...new Set(predictions.map(stratum))].sort();
  const others = strata.flatMap((name) => predictions.filter((p) => stratum(p) === name && !hasMask(p)).slice(0, 1));
  return [...spread(predictions.filter(hasMask), 5), ...spread(others, 4)];
}

/** Writes the figures of a run as PNG files. */
export async function writeFigures(folder: string, data: DemoData, results: readonly Result[]): Promise<void> {
  const named = results.map(({ contender, trained }) => ({ name: contender.heading, history: trained.history.epochs }));
  await writeFile(join(folder, 'training-curves.png'), await trainingCurves(named));
  const curves = results.flatMap(({ contender, scored: { curve, test } }) =>
    curve === null || test.auc === null || Number.isNaN(test.auc.value)
      ? []
      : [{ name: contender.heading, ...curve, auc: test.auc }],
  );
  if (curves.length > 0)
    await writeFile(
      join(folder, 'roc-curves.png'),
      await rocCurves(curves, { models: results.map(({ contender }) => contender.heading) }),
    );
  const [{ trained, scored }] = results;
  if (trained.records !== undefined)
    await writeFile(join(folder, 'task-gradients.png'), await taskGradients(trained.records));
  const chosen = chooseSlices(data, scored.predictions);
  // The baseline beside the truth, the three tasks beside their reconstruction.
  const byTruth = results.toReversed();
  const rows = await Promise.all(
    chosen.map((prediction) => describeSlice(data, byTruth, scored.threshold ?? 0.5, prediction)),
  );
  await writeFile(join(folder, 'test-slices.png'), await sliceSheet(rows));
}
