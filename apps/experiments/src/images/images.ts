import type { Dataset } from 'tfjs-multitask';
import { type PhantomKind, phantomDataset, scaleToUnit } from 'tfjs-multitask/data';
import { cached, manifestDataset, paperColumns } from 'tfjs-multitask/node';
import type { ExperimentTask, RunConfig } from '../records';

/** What is known of an image without reading it. */
export interface ImageInfo {
  readonly id: string;
  readonly source: string;
  readonly covid: 0 | 1 | null;
  readonly mask: boolean;
  /** What the manifest's column `split` says; empty where it has none. */
  readonly official: string;
  /** The patient, where it is known for certain. */
  readonly patient?: string;
}

/** The images of an experiment at one size, kept in memory once they were read. */
export interface Images {
  readonly name: string;
  readonly dataset: Dataset<ExperimentTask>;
  /** Of each row of the dataset. */
  readonly infos: readonly ImageInfo[];
}

/** Where images come from: a manifest folder, or so many phantom slices. */
export interface DataOptions {
  readonly data: string | null;
  readonly phantoms: number;
}

/**
 * Shares of the phantom's kinds, and the source that each plays. One source has both classes, one has the masks, two
 * have only images without COVID-19: as in the paper's mix.
 */
const KINDS: Readonly<Record<PhantomKind, readonly [share: number, source: string]>> = {
  covid: [0.5, 'figures'],
  pneumonia: [0.15, 'figures'],
  oedema: [0.05, 'figures'],
  normal: [0.15, 'healthy'],
  emphysema: [0.05, 'healthy'],
  nodules: [0.05, 'tumours'],
  cancer: [0.05, 'tumours'],
};

const PHANTOM_SEED = 1;

function openPhantoms(count: number, size: number): Images {
  const shares = Object.entries(KINDS) as [PhantomKind, readonly [number, string]][];
  const counts = Object.fromEntries(shares.map(([kind, [share]]) => [kind, Math.round(share * count)]));
  const masks = Math.floor(counts.covid / 2);
  const dataset = phantomDataset({ counts, sources: ['lung', 'figure'], masks, size, seed: PHANTOM_SEED });
  const infos = dataset.rows.map(({ id, tasks, group }): ImageInfo => {
    const kind = id.split('-')[0] as PhantomKind;
    const mask = tasks.includes('segmentation');
    const source = mask ? 'masked' : KINDS[kind][1];
    return { id, source, covid: kind === 'covid' ? 1 : 0, mask, official: '', patient: group };
  });
  return { name: 'phantom', dataset, infos };
}

async function openManifest(data: string, size: number): Promise<Images> {
  const dataset = await manifestDataset(data, { ...paperColumns(), size: [size, size], check: 'none' });
  const infos = dataset.records.map((record, i): ImageInfo => {
    const { id, tasks } = dataset.rows[i];
    return {
      id,
      source: record.source ?? 'unknown',
      covid: record.covid === '' ? null : (Number(record.covid) as 0 | 1),
      mask: tasks.includes('segmentation'),
      official: record.split ?? '',
      ...(record.patient ? { patient: record.patient } : {}),
    };
  });
  return { name: data, dataset, infos };
}

/** Images whose intensities are scaled, each by its own percentiles; `x` is also what is to be reconstructed. */
function inWindow(dataset: Dataset<ExperimentTask>, percentiles: readonly [number, number]): Dataset<ExperimentTask> {
  return {
    ...dataset,
    async read(index) {
      const { x: image, y } = await dataset.read(index);
      const x = scaleToUnit(image, { percentiles });
      return { x, y: y.reconstruction === undefined ? y : { ...y, reconstruction: x } };
    },
  };
}

/** Opens the images at a size. Files are not looked at: those that cannot be read are found when they are split. */
export async function openImages(
  { data, phantoms }: DataOptions,
  size: number,
  window?: RunConfig['window'],
): Promise<Images> {
  const images = data === null ? openPhantoms(phantoms, size) : await openManifest(data, size);
  return { ...images, dataset: cached(window === undefined ? images.dataset : inWindow(images.dataset, window)) };
}

/** The source with the most images that has both classes: the one in which the source does not tell the class. */
export function findMixedSource(infos: readonly ImageInfo[]): string | null {
  const sources = [...new Set(infos.map(({ source }) => source))].map((source) => {
    const classes = infos.filter((info) => info.source === source).map(({ covid }) => covid);
    return { source, images: classes.length, mixed: classes.includes(0) && classes.includes(1) };
  });
  const [largest] = sources.filter(({ mixed }) => mixed).sort((a, b) => b.images - a.images);
  return largest?.source ?? null;
}
