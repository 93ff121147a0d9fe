import type { PartialLabel } from '../../data/map-mask';
import { resizeImage } from '../../data/resize-image';
import { resizeMask } from '../../data/resize-mask';
import type { Dataset, NDArray, SomeTasks } from '../../types';
import { byteBudget, type Share } from '../byte-budget';
import { checkPath } from '../check-path';
import { readWithHeader } from '../read-image';
import { checkDistinct } from './check-distinct';
import { checkFiles, checkHeaders } from './check-files';
import { readEntryMask } from './entry-mask';
import type { ManifestTask } from './manifest-columns';
import { completeOptions, type ManifestDatasetOptions } from './manifest-options';
import { manifestRows } from './manifest-rows';
import { readManifest } from './read-manifest';

export interface ManifestDataset<T extends ManifestTask> extends Dataset<T> {
  /** The row of the manifest behind each of `rows`, all its columns as text. */
  readonly records: readonly Readonly<Record<string, string>>[];
}

/**
 * Opens a directory of images with a manifest: a CSV file with a row for each image. Images are read when they are
 * needed and resized to one size, with a bilinear filter; masks to their nearest pixels.
 *
 * Samples: `x` and `y.reconstruction` (the same array) `[height, width, channels]` in [0, 1]; `y.segmentation`
 * `[height, width, 1]`, 0 or 1, or one-hot `[height, width, classes]` where `mask.values` has three classes or more;
 * `weight.segmentation` `[height, width, 1]`, 0 at pixels that are unknown, for masks that have any; `y.classification`
 * `[1]`, 0 or 1. What the manifest leaves blank is unknown and left out; blanks around a cell do not count. A row's `id`
 * is its image's path (with the page of a stack), its stratum the class, the source and whether the mask is known.
 *
 * Images and masks are turned upright, each as its own EXIF orientation says; where a mask has another orientation than
 * its image, and no sides tell on which form of the image it was drawn, it is refused.
 *
 * @throws Error that names file, line, found and expected: at opening for columns, labels and files that are missing or
 * wrong, an image named twice (also as `./a.png` or by a link), a path that leaves the directory; when reading, for what
 * {@link readImage} and {@link readMask} refuse and for a mask whose size or orientation differs from its image's.
 * RangeError for bad options.
 * @example
 * ```ts
 * import { manifestDataset } from 'tfjs-multitask/node';
 *
 * const dataset = await manifestDataset('data/ct', { size: [64, 64], columns: { group: 'patient' } });
 * const { x, y } = await dataset.read(0);
 * ```
 */
export async function manifestDataset<T extends ManifestTask = ManifestTask>(
  directory: string,
  options: ManifestDatasetOptions<T> = {},
): Promise<ManifestDataset<T>> {
  checkPath(directory, 'manifestDataset: directory');
  const { tasks, size, channels, pixelLimit, byteLimit, check, ...rest } = completeOptions(options);
  const manifest = await readManifest(directory, rest.manifest, { ...rest, tasks });
  await checkDistinct(directory, manifest);
  if (check !== 'none') await checkFiles(directory, manifest);
  if (check === 'headers') await checkHeaders(directory, manifest, pixelLimit);
  const { entries } = manifest;
  const newShare = byteBudget(byteLimit);
  /** Of the file, which is held at its own size, only what it is resized to stays. */
  const reading = async <V>(read: (share: Share) => Promise<V>): Promise<V> => {
    const share = newShare();
    try {
      return await read(share);
    } finally {
      share.free();
    }
  };

  return {
    rows: manifestRows(manifest, tasks),
    records: entries.map(({ record }) => record),
    async read(index) {
      const entry = entries[index];
      if (entry === undefined) {
        throw new RangeError(`manifestDataset: index must be 0 to ${entries.length - 1}, got ${index}.`);
      }
      const { page } = entry;
      const { header, x } = await reading(async (share) => {
        const where = { channels, page, pixelLimit, root: directory };
        const { header, image } = await readWithHeader(entry.image, where, share);
        return { header, x: resizeImage(image, size) };
      });
      const labels: Record<ManifestTask, () => Promise<PartialLabel | undefined>> = {
        reconstruction: async () => ({ label: x }),
        segmentation: () =>
          reading(async (share) => {
            const found = await readEntryMask(directory, entry, header, { ...rest, pixelLimit }, share);
            if (found === undefined) return undefined;
            const { label, weight } = found;
            return { label: resizeMask(label, size), ...(weight && { weight: resizeMask(weight, size) }) };
          }),
        classification: async () =>
          entry.label === undefined ? undefined : { label: { data: Uint8Array.of(entry.label), shape: [1] } },
      };
      const y: { [K in ManifestTask]?: NDArray | undefined } = {};
      const weight: { [K in ManifestTask]?: NDArray | undefined } = {};
      for (const task of tasks) {
        const found = await labels[task]();
        if (found === undefined) continue;
        y[task] = found.label;
        if (found.weight) weight[task] = found.weight;
      }
      const sample = { x, y: y as SomeTasks<T, NDArray> };
      return Object.keys(weight).length > 0 ? { ...sample, weight: weight as SomeTasks<T, NDArray> } : sample;
    },
  };
}
