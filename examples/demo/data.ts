import type { Dataset, Row } from 'tfjs-multitask';
import { phantomDataset, split } from 'tfjs-multitask/data';
import { cached, manifestDataset, paperColumns } from 'tfjs-multitask/node';
import type { RunOptions } from './options';

export const DEMO_TASKS = ['reconstruction', 'segmentation', 'classification'] as const;

export type DemoTask = (typeof DEMO_TASKS)[number];

export interface DemoData {
  readonly name: string;
  readonly dataset: Dataset<DemoTask>;
  readonly train: readonly number[];
  readonly validation: readonly number[];
  readonly test: readonly number[];
}

type Parts = Pick<DemoData, 'train' | 'validation' | 'test'>;

/** Shares of the kinds of phantom slices: as many with COVID-19 as without, among them much that looks like it. */
const KINDS = { covid: 0.5, normal: 0.15, pneumonia: 0.15, oedema: 0.05, nodules: 0.05, cancer: 0.05, emphysema: 0.05 };

/** Splits rows by group and stratum: half for training, some to choose the best epoch by, many to tell models apart. */
function splitRows(rows: readonly Row<DemoTask>[], seed: number): Parts {
  return split(rows, { fractions: { train: 0.5, validation: 0.15, test: 0.35 }, seed });
}

/**
 * The split of a manifest: its own where its column names three parts; where it names `train` and `val` only, `val` is
 * the test and a part of `train` validates, so that the sets' official borders between patients hold.
 */
function splitManifest(
  rows: readonly Row<DemoTask>[],
  records: readonly Readonly<Record<string, string>>[],
  seed: number,
): Parts {
  const among = (part: string): number[] => records.flatMap((record, i) => (record.split === part ? [i] : []));
  const [train, val, test] = [among('train'), among('val'), among('test')];
  if (train.length === 0 || val.length === 0) return splitRows(rows, seed);
  if (test.length > 0) return { train, validation: val, test };
  const parts = split(
    train.map((i) => rows[i]),
    { fractions: { train: 0.85, validation: 0.15 }, seed },
  );
  return {
    train: parts.train.map((i) => train[i]),
    validation: parts.validation.map((i) => train[i]),
    test: val,
  };
}

/** Throws where a baseline would have nothing to learn from, or to choose its best epoch by. */
function checkParts(data: DemoData): DemoData {
  for (const part of ['train', 'validation'] as const) {
    const { images, masks, classes } = countPart(data, data[part]);
    if (masks > 0 && classes > 0) continue;
    throw new Error(
      `${data.name}: the ${part} part needs images with a mask and images with a class; ` +
        `of its ${images}, ${masks} have a mask and ${classes} a class. More images help, or another seed.`,
    );
  }
  return data;
}

/** Opens the images of the run: a manifest folder, or the phantom. */
export async function openData({ data, images, size, seed }: RunOptions): Promise<DemoData> {
  if (data === null) {
    const counts = Object.fromEntries(Object.entries(KINDS).map(([kind, share]) => [kind, Math.round(share * images)]));
    // Half of the slices with COVID-19 have a mask; two of the five windows, so that a few hundred steps are enough.
    const dataset = phantomDataset({
      counts,
      sources: ['lung', 'figure'],
      masks: Math.floor(counts.covid / 2),
      size,
      seed,
    });
    return checkParts({ name: 'phantom', dataset: cached(dataset), ...splitRows(dataset.rows, seed) });
  }
  const dataset = await manifestDataset(data, { ...paperColumns(), size: [size, size] });
  return checkParts({ name: data, dataset: cached(dataset), ...splitManifest(dataset.rows, dataset.records, seed) });
}

/** How many images a part has, and how many with a label of each task. */
export function countPart({ dataset }: DemoData, indices: readonly number[]): Record<string, number> {
  const labelled = (task: DemoTask): number => indices.filter((i) => dataset.rows[i].tasks.includes(task)).length;
  return { images: indices.length, masks: labelled('segmentation'), classes: labelled('classification') };
}
