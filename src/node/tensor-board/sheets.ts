import { dispose, slice, type Tensor } from '@tensorflow/tfjs-core';
import { openSource } from '../../internal/open-source';
import type { Run } from '../../train/callbacks/callback';
import type { Batch, Output, SourceLike } from '../../types';
import { loadSharp } from '../load-sharp';
import type { EventImage } from './event';
import { arrange, type Grid, type Panel, picture, rangeOf, stripes } from './panel';
import { labelledRegions, overlay, predictedRegions } from './regions';

const isImage = ({ shape }: Pick<Tensor, 'shape'>): boolean => shape.length === 4;

/** The first samples of `[batch, height, width, channels]`. */
async function readGrids(tensor: Tensor, samples: number): Promise<Grid[]> {
  const [, height, width, channels] = tensor.shape;
  const data = await tensor.data();
  const size = height * width * channels;
  return Array.from({ length: samples }, (_, i) => {
    return { data: data.subarray(i * size, (i + 1) * size), height, width, channels };
  });
}

/** The labels of a task's first samples, undefined where they are not known; 0 where elements are not. */
async function readLabels(
  { y, weight = {} }: Batch<string>,
  task: string,
  samples: number,
): Promise<(Grid | undefined)[]> {
  const label = y[task];
  if (label === undefined || !isImage(label)) return new Array(samples).fill(undefined);
  const labels = await readGrids(label, samples);
  const weights = await weight[task]?.data();
  if (weights === undefined) return labels;
  const each = weights.length / label.shape[0];
  return labels.map((grid, i) => {
    const own = weights.subarray(i * each, (i + 1) * each);
    if (own.every((value) => value === 0)) return undefined;
    const data = Array.from(grid.data, (value, at) =>
      own[Math.floor((at * each) / grid.data.length)] > 0 ? value : 0,
    );
    return { ...grid, data };
  });
}

const isPlain = ({ kind }: Output): boolean => kind === 'value' || kind === 'unknown';

const describeSheet = (output: Output): string =>
  `Input, label, prediction, ${isPlain(output) ? 'their absolute difference' : 'certainty; the label is outlined on the prediction'}.`;

/** Absolute differences. */
const difference = (a: Grid, b: Grid): Grid => ({
  ...a,
  data: Array.from(a.data, (value, i) => Math.abs(value - b.data[i])),
});

/** The largest probability of each pixel. */
function certainty({ data, height, width, channels }: Grid, { kind }: Output): Grid {
  const of = Array.from({ length: height * width }, (_, pixel) => {
    const values = Array.from({ length: channels }, (_c, c) => data[channels * pixel + c]);
    const most = Math.max(...values);
    if (kind !== 'logit') return most;
    if (channels === 1) return 1 / (1 + Math.exp(-most));
    return 1 / values.reduce((sum, value) => sum + Math.exp(value - most), 0);
  });
  return { data: of, height, width, channels: 1 };
}

/** What one sample looks like: input, label, prediction, and how far to trust it. */
function rowOf(input: Grid, label: Grid | undefined, predicted: Grid, output: Output): Panel[] {
  const image = picture(input);
  const unknown = stripes(predicted.height, predicted.width);
  if (isPlain(output)) {
    const range = rangeOf(label ?? predicted);
    const differs = label && picture(difference(label, predicted), [0, range[1] - range[0]]);
    return [image, label ? picture(label, range) : unknown, picture(predicted, range), differs ?? unknown];
  }
  const labelled = label && labelledRegions(label, output);
  return [
    image,
    labelled ? overlay(image, labelled) : unknown,
    overlay(image, predictedRegions(predicted, output), labelled),
    picture(certainty(predicted, output), [0, 1]),
  ];
}

async function toImage({ pixels, height, width }: Panel, description: string): Promise<EventImage> {
  const sharp = await loadSharp();
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  return { height, width, colorspace: 3, png, description };
}

/** The rows of a batch's first samples by task. */
async function rowsOf(
  { predict, outputs }: Pick<Run<string>, 'predict' | 'outputs'>,
  batch: Batch<string>,
  samples: number,
): Promise<Record<string, Panel[][]>> {
  if (!isImage(batch.x)) {
    throw new RangeError(
      `tensorBoard: images must have inputs [batch, height, width, channels], got [${batch.x.shape}]; leave images out.`,
    );
  }
  const inputs = await readGrids(batch.x, samples);
  const x = slice(batch.x, 0, samples);
  const predicted = await predict(x).finally(() => dispose(x));
  try {
    const shown = Object.entries(predicted).filter(([, tensor]) => isImage(tensor));
    if (shown.length === 0) {
      const shapes = Object.entries(predicted).map(([task, { shape }]) => `${task} [batch, ${shape.slice(1)}]`);
      throw new RangeError(
        `tensorBoard: images need a task whose output is [batch, height, width, channels]; there is ${shapes.join(', ')}.`,
      );
    }
    const rows = shown.map(async ([task, tensor]) => {
      const labels = await readLabels(batch, task, samples);
      const grids = await readGrids(tensor, samples);
      return [task, grids.map((grid, i) => rowOf(inputs[i], labels[i], grid, outputs[task]))] as const;
    });
    return Object.fromEntries(await Promise.all(rows));
  } finally {
    dispose(predicted);
  }
}

/** A sheet for each task that puts out images: a row for each of the source's first samples. */
export async function drawSheets(
  run: Pick<Run<string>, 'predict' | 'outputs'>,
  source: SourceLike<string>,
  samples: number,
): Promise<[task: string, sheet: EventImage][]> {
  const rows: Record<string, Panel[][]> = {};
  let left = samples;
  for await (const batch of openSource(source, 0, 'tensorBoard: images')) {
    const taken = Math.min(left, batch.x.shape[0]);
    for (const [task, more] of Object.entries(await rowsOf(run, batch, taken)))
      rows[task] = [...(rows[task] ?? []), ...more];
    left -= taken;
    if (left === 0) break;
  }
  if (left === samples)
    throw new RangeError('tensorBoard: images must have at least 1 sample, got a source without any.');
  return Promise.all(
    Object.entries(rows).map(
      async ([task, ofTask]) =>
        [task, await toImage(arrange(ofTask), describeSheet(run.outputs[task]))] as [string, EventImage],
    ),
  );
}
