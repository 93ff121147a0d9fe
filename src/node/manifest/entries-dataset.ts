import { resizeImage } from '../../data/resize-image';
import type { Dataset, NDArray, Sample, SomeTasks } from '../../types';
import { byteBudget, type Share } from '../byte-budget';
import { readWithHeader } from '../read-image';
import { checkDistinct } from './check-distinct';
import { checkFiles, checkHeaders } from './check-files';
import type { Faults } from './faults';
import type { ImageEntry } from './image-entry';
import type { ImageFilesOptions } from './image-options';
import { readLabel } from './read-label';

/** Finds what is wrong with the files of some entries, as far as it is to be looked at. */
export async function checkEntries<T extends string>(
  directory: string,
  entries: readonly ImageEntry<T>[],
  { check, pixelLimit }: Required<ImageFilesOptions>,
  faults: Faults,
): Promise<void> {
  await checkDistinct(directory, entries, faults);
  if (check === 'files') await checkFiles(directory, entries, faults);
  if (check === 'headers') await checkHeaders(directory, entries, pixelLimit, faults);
}

/** How much a label counts: each of its elements, where they have weights of their own. */
function weighLabel(elements: NDArray | undefined, weight: number | undefined): NDArray | number | undefined {
  if (elements === undefined || weight === undefined) return elements ?? weight;
  return { data: Float32Array.from(elements.data, (each) => each * weight), shape: elements.shape };
}

/** A dataset of images in a folder, which reads what it is asked for; `caller` made it. */
export function entriesDataset<T extends string>(
  directory: string,
  entries: readonly ImageEntry<T>[],
  { size, channels, pixelLimit, byteLimit }: Required<ImageFilesOptions>,
  caller: string,
): Dataset<T> {
  const newShare = byteBudget(byteLimit);
  /** Of a file, which is held at its own size, only what it is resized to stays. */
  const reading = async <V>(read: (share: Share) => Promise<V>): Promise<V> => {
    const share = newShare();
    try {
      return await read(share);
    } finally {
      share.free();
    }
  };
  return {
    rows: entries.map(({ row }) => row),
    async read(index): Promise<Sample<T>> {
      const entry = entries[index];
      if (entry === undefined) {
        throw new RangeError(`${caller}: index must be 0 to ${entries.length - 1}, got ${index}.`);
      }
      const { image, page, row, labels, weights } = entry;
      const files = { root: directory, page, channels, pixelLimit };
      const { header, x } = await reading(async (share) => {
        const found = await readWithHeader(image, files, share);
        return { header: found.header, x: resizeImage(found.image, size) };
      });
      const y: { [K in T]?: NDArray | undefined } = {};
      const weight: { [K in T]?: NDArray | number | undefined } = {};
      for (const task of row.tasks) {
        const label = labels[task];
        if (label === undefined) continue;
        const read = await readLabel(label, { ...files, image, header, x, size, reading });
        y[task] = read.label;
        const counts = weighLabel(read.weight, weights[task]);
        if (counts !== undefined) weight[task] = counts;
      }
      const sample = { x, y: y as SomeTasks<T, NDArray> };
      return Object.keys(weight).length > 0 ? { ...sample, weight: weight as SomeTasks<T, NDArray | number> } : sample;
    },
  };
}
