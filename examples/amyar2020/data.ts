// The images: phantoms, or those of a folder with a manifest.csv (columns image, mask, covid, source; blank: not known).
import type { Dataset } from 'tfjs-multitask';
import { phantomDataset, split } from 'tfjs-multitask/data';
import { cached, manifestDataset, paperColumns } from 'tfjs-multitask/node';

export type Task = 'reconstruction' | 'segmentation' | 'classification';

export interface Images {
  /** A slice without a mask or a class is there all the same: it can be reconstructed. */
  readonly dataset: Dataset<Task>;
  /** The rows of each part; all slices of a patient are in one. */
  readonly parts: Readonly<Record<'train' | 'validation' | 'test', readonly number[]>>;
}

/** Opens the images of a folder, or draws `count` phantoms where there is none, and parts them 5 : 2 : 3 as the paper does. */
export async function openImages(folder: string | undefined, size: number, count: number): Promise<Images> {
  const dataset =
    folder === undefined
      ? phantomDataset({
          counts: { covid: count / 2, normal: count / 4, pneumonia: count / 4 },
          masks: count / 4, // half of the slices with COVID-19
          sources: ['lung'],
          size,
          seed: 1,
        })
      : await manifestDataset(folder, { ...paperColumns(), size: [size, size] });
  const parts = split(dataset.rows, { fractions: { train: 0.5, validation: 0.2, test: 0.3 }, seed: 1 });
  return { dataset: cached(dataset), parts };
}
