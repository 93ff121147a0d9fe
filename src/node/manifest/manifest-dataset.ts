import { resizeImage } from '../../data/resize-image';
import { resizeMask } from '../../data/resize-mask';
import type { Dataset, NDArray, SomeTasks } from '../../types';
import { readImage } from '../read-image';
import { checkDistinct } from './check-distinct';
import { checkFiles, checkHeaders } from './check-files';
import type { ManifestTask } from './manifest-columns';
import { completeOptions, type ManifestDatasetOptions } from './manifest-options';
import { manifestRows } from './manifest-rows';
import { readManifest } from './read-manifest';
import { readMask } from './read-mask';

export interface ManifestDataset<T extends ManifestTask> extends Dataset<T> {
  /** The row of the manifest behind each of `rows`, all its columns as text. */
  readonly records: readonly Readonly<Record<string, string>>[];
}

/**
 * Opens a directory of images with a manifest: a CSV file with a row for each image. Images are read when they are
 * needed and resized to one size, with a bilinear filter; masks to their nearest pixels.
 *
 * Samples: `x` and `y.reconstruction` (the same array) `[height, width, channels]` in [0, 1]; `y.segmentation`
 * `[height, width, 1]`, 0 or 1; `y.classification` `[1]`, 0 or 1. What the manifest leaves blank is unknown and left
 * out. A row's `id` is its image's path, its stratum the class, the source and whether the mask is known.
 *
 * @throws Error that names file, line, found and expected: at opening for columns, labels and files that are missing or
 * wrong, an image named twice (also as `./a.png` or by a link), a path that leaves the directory; when reading, for what {@link readImage} refuses and
 * for a mask whose size differs from its image's, or that has no white. RangeError for bad options.
 * @example
 * const dataset = await manifestDataset('data/ct', { size: [64, 64], columns: { group: 'patient' } });
 * const { x, y } = await dataset.read(0);
 */
export async function manifestDataset<T extends ManifestTask = ManifestTask>(
  directory: string,
  options: ManifestDatasetOptions<T> = {},
): Promise<ManifestDataset<T>> {
  const { tasks, size, channels, pixelLimit, check, ...rest } = completeOptions(options);
  const manifest = await readManifest(directory, rest.manifest, { ...rest, tasks });
  await checkDistinct(directory, manifest);
  if (check !== 'none') await checkFiles(directory, manifest);
  if (check === 'headers') await checkHeaders(directory, manifest, pixelLimit);
  const { entries } = manifest;

  return {
    rows: manifestRows(manifest, tasks),
    records: entries.map(({ record }) => record),
    async read(index) {
      const entry = entries[index];
      if (entry === undefined) {
        throw new RangeError(`manifestDataset: index must be 0 to ${entries.length - 1}, got ${index}.`);
      }
      const image = await readImage(entry.image, { channels, pixelLimit, root: directory });
      const x = resizeImage(image, size);
      const labels: Record<ManifestTask, () => Promise<NDArray | undefined>> = {
        reconstruction: async () => x,
        segmentation: async () => {
          const mask = await readMask(directory, entry, image.shape, { ...rest, pixelLimit });
          return mask && resizeMask(mask, size);
        },
        classification: async () =>
          entry.label === undefined ? undefined : { data: Uint8Array.of(entry.label), shape: [1] },
      };
      const y: { [K in ManifestTask]?: NDArray } = {};
      for (const task of tasks) {
        const label = await labels[task]();
        if (label !== undefined) y[task] = label;
      }
      return { x, y: y as SomeTasks<T, NDArray> };
    },
  };
}
