import { join } from 'node:path';
import type { Dataset, MultitaskModel, NDArray } from 'tfjs-multitask';
import { extractFeatures } from 'tfjs-multitask/models';
import { featureFolder } from 'tfjs-multitask/node';
import type { ExperimentTask } from '../../records';
import { pooledLayer } from './pooled-head';

/** The same images as a mirror shows them, labels left out. */
function mirrored<T extends string>(dataset: Dataset<T>): Dataset<T> {
  const mirror = ({ data, shape }: NDArray): NDArray => {
    const [height, width, channels] = shape;
    const values = new Float32Array(data.length);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        for (let c = 0; c < channels; c++) {
          values[(row * width + column) * channels + c] = data[(row * width + (width - 1 - column)) * channels + c];
        }
      }
    }
    return { data: values, shape };
  };
  return {
    rows: dataset.rows.map((row) => ({ ...row, id: `${row.id}, mirrored` })),
    read: async (index) => ({ x: mirror((await dataset.read(index)).x), y: {} }),
  };
}

/**
 * What the classifier of a model sees of images before it standardizes it, each the mean with that of its mirror image. Kept in a folder
 * of the experiment, for all runs that have the same frozen encoder.
 */
export async function pooledFeatures(
  model: MultitaskModel<ExperimentTask>,
  dataset: Dataset<string>,
  indices: readonly number[],
  out: string,
): Promise<Float32Array[]> {
  const store = featureFolder(join(out, 'features'));
  const extract = (images: Dataset<string>) =>
    extractFeatures(model, images, { layers: [pooledLayer('classification')], pool: 'none', indices, store });
  const { features: straight } = await extract(dataset);
  const { features: mirror } = await extract(mirrored(dataset));
  const columns = straight.shape[1];
  const means = straight.data.map((value, i) => (value + mirror.data[i]) / 2);
  return indices.map((_, i) => means.slice(i * columns, (i + 1) * columns));
}
