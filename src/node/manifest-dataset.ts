import { join } from 'node:path';
import { resizeImage } from '../data/resize-image';
import { resizeMask } from '../data/resize-mask';
import { checkChoice, checkInteger, checkRange } from '../internal/check';
import type { Dataset, NDArray, Sample } from '../types';
import { type ManifestColumns, type ManifestEntry, type ManifestTask, readManifest } from './manifest';
import { openImage } from './open-image';
import { PIXEL_LIMIT, readImage } from './read-image';

export interface ManifestDatasetOptions<T extends ManifestTask> {
  /** Default: `'manifest.csv'` in the directory. */
  readonly manifest?: string;
  readonly columns?: ManifestColumns;
  /** Default: all three. */
  readonly tasks?: readonly T[];
  /** Default: `[256, 256]`. */
  readonly size?: readonly [height: number, width: number];
  /** Default: 1. */
  readonly channels?: 1 | 3;
  /** A blank mask of an image of class 0 is known to be empty, not unknown. Default: false. */
  readonly negativesAreEmpty?: boolean;
  /** Mask values above it, in [0, 1] of the range of the file's number type, are lesion. Default: 0.5. */
  readonly maskThreshold?: number;
  /** As in {@link readImage}. */
  readonly pixelLimit?: number;
  /**
   * At opening, look whether every file is there, or also read every image's header; or look at nothing, so that a file
   * that is missing is an error where it is read. Default: `'files'`.
   */
  readonly check?: 'none' | 'files' | 'headers';
}

export interface ManifestDataset<T extends ManifestTask> extends Dataset<T> {
  /** The row of the manifest behind each of `rows`, all its columns as text. */
  readonly records: readonly Readonly<Record<string, string>>[];
}

const TASKS: readonly ManifestTask[] = ['reconstruction', 'segmentation', 'classification'];

function checkMaskSize(
  directory: string,
  entry: ManifestEntry,
  image: readonly number[],
  mask: readonly number[],
): void {
  if (image[0] === mask[0] && image[1] === mask[1]) return;
  throw new Error(
    `${join(directory, entry.mask as string)}: expected a mask of the size of its image ${entry.image}, ` +
      `${image[0]} x ${image[1]} (height x width), found ${mask[0]} x ${mask[1]}.`,
  );
}

/** 1 where the mask is above the threshold; a mask that never gets there but is not black is taken for an error. */
function toBinary(mask: NDArray, threshold: number, name: string): NDArray {
  let highest = 0;
  for (const value of mask.data) if (value > highest) highest = value;
  if (highest > 0 && highest <= threshold) {
    throw new Error(
      `${name}: expected a mask of black and white (0 and 255), found nothing brighter than ` +
        `${Number((highest * 255).toFixed(2))} of 255; for other values set maskThreshold.`,
    );
  }
  return { data: Uint8Array.from(mask.data, (value) => (value > threshold ? 1 : 0)), shape: mask.shape };
}

/**
 * Opens a directory of images with a manifest: a CSV file with a row for each image. Images are read when they are
 * asked for and resized to one size, with a bilinear filter; masks to their nearest pixels.
 *
 * Samples: `x` and `y.reconstruction` (the same array) `[height, width, channels]` in [0, 1]; `y.segmentation`
 * `[height, width, 1]`, 0 or 1; `y.classification` `[1]`, 0 or 1. What the manifest leaves blank is unknown and left
 * out. A row's `id` is its image's path, its stratum the class, the source and whether the mask is known.
 *
 * @throws Error that names file, line, found and expected: at opening for columns, labels and files that are missing or
 * wrong, an image named twice, a path that leaves the directory; when reading for what {@link readImage} refuses and for
 * a mask of another size than its image, or without any white. RangeError for bad options.
 * @example
 * const dataset = await manifestDataset('data/ct', { size: [64, 64], columns: { group: 'patient' } });
 * const { x, y } = await dataset.read(0);
 */
export async function manifestDataset<T extends ManifestTask = ManifestTask>(
  directory: string,
  {
    manifest = 'manifest.csv',
    columns = {},
    tasks = TASKS as readonly T[],
    size = [256, 256],
    channels = 1,
    negativesAreEmpty = false,
    maskThreshold = 0.5,
    pixelLimit = PIXEL_LIMIT,
    check = 'files',
  }: ManifestDatasetOptions<T> = {},
): Promise<ManifestDataset<T>> {
  for (const task of tasks) checkChoice<ManifestTask>(task, TASKS, 'manifestDataset: tasks');
  checkInteger(size[0], 1, 'manifestDataset: height');
  checkInteger(size[1], 1, 'manifestDataset: width');
  checkRange(maskThreshold, 0, 1, 'manifestDataset: maskThreshold');
  checkInteger(pixelLimit, 1, 'manifestDataset: pixelLimit');
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`manifestDataset: channels must be 1 or 3, got ${channels}.`);
  }
  checkChoice(check, ['none', 'files', 'headers'], 'manifestDataset: check');
  const { entries, rows, records } = await readManifest(directory, manifest, {
    columns,
    tasks,
    negativesAreEmpty,
    checkFiles: check !== 'none',
  });

  if (check === 'headers') {
    for (const entry of entries) {
      const image = await openImage(entry.image, { pixelLimit, root: directory });
      if (entry.mask === undefined) continue;
      const mask = await openImage(entry.mask, { pixelLimit, root: directory });
      checkMaskSize(directory, entry, [image.height, image.width], [mask.height, mask.width]);
    }
  }

  const readMask = async (entry: ManifestEntry, image: NDArray): Promise<NDArray | undefined> => {
    if (entry.mask === undefined) {
      return entry.emptyMask ? { data: new Uint8Array(size[0] * size[1]), shape: [...size, 1] } : undefined;
    }
    const mask = await readImage(entry.mask, { pixelLimit, root: directory });
    checkMaskSize(directory, entry, image.shape, mask.shape);
    return resizeMask(toBinary(mask, maskThreshold, join(directory, entry.mask)), size);
  };

  return {
    rows,
    records,
    async read(index) {
      const entry = entries[index];
      if (entry === undefined) {
        throw new RangeError(`manifestDataset: index must be 0 to ${entries.length - 1}, got ${index}.`);
      }
      const image = await readImage(entry.image, { channels, pixelLimit, root: directory });
      const x = resizeImage(image, size);
      const known: Record<ManifestTask, () => Promise<NDArray | undefined>> = {
        reconstruction: async () => x,
        segmentation: () => readMask(entry, image),
        classification: async () =>
          entry.label === undefined ? undefined : { data: Uint8Array.of(entry.label), shape: [1] },
      };
      const y: { [K in ManifestTask]?: NDArray } = {};
      for (const task of tasks) {
        const label = await known[task]();
        if (label !== undefined) y[task] = label;
      }
      return { x, y } as Sample<T>;
    },
  };
}
