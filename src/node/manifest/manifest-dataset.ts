import { resolve } from 'node:path';
import { mapTasks } from '../../internal/map-tasks';
import type { ByTask, Dataset, Output } from '../../types';
import { checkPath } from '../check-path';
import { checkColumns } from './check-columns';
import { checkEntries, entriesDataset } from './entries-dataset';
import { collectFaults } from './faults';
import type { ImageEntry } from './image-entry';
import { completeImageOptions } from './image-options';
import { checkManifestOptions, type ManifestDatasetOptions } from './manifest-options';
import { readEntry } from './read-entry';
import { readTable } from './read-table';

/** What {@link manifestDataset} opens. */
export interface ManifestDataset<T extends string, P extends string = never> extends Dataset<T> {
  /** The row of the manifest behind each of `rows`, all its columns as text. */
  readonly records: readonly Readonly<Record<string, string>>[];
  /** What the head of each task puts out for its labels: `MLPHead({ outputs: dataset.outputs.view.width })`. */
  readonly outputs: ByTask<T, Output>;
  /** The rows of each part that `split` names. */
  readonly parts: { readonly [K in P]: readonly number[] };
}

/**
 * Opens a directory of images with a manifest: a CSV file with a row for each image, whose columns `tasks` says how to
 * read.
 *
 * Images are read when they are needed and resized to one size, with a bilinear filter; masks to their nearest pixels.
 *
 * Samples: `x` `[height, width, channels]` in [0, 1]; `y` what the readers of the tasks say. What the manifest leaves blank
 * is unknown and left out; blanks around a cell do not count.
 *
 * Images and masks are turned upright, each as its own EXIF orientation says; where a mask has another orientation than
 * its image, and no sides tell on which form of the image it was drawn, it is refused.
 *
 * @throws {Error} that names the file and for each fault, the first five of all, line, sample, found and expected: at
 * opening for columns, cells and files that are missing or wrong, an image named twice (also as `./a.png` or by a
 * link), a path that leaves the directory; when reading, for what {@link readImage} and {@link readMask} refuse and
 * for a mask whose size or orientation differs from its image's.
 * @throws {RangeError} for bad options.
 * @example
 * ```ts
 * import { batches } from 'tfjs-multitask/data';
 * import { classColumn, manifestDataset, maskColumn } from 'tfjs-multitask/node';
 *
 * const dataset = await manifestDataset('data/ct', {
 *   tasks: { lesion: maskColumn('mask'), covid: classColumn('covid', ['0', '1']) },
 *   group: 'patient',
 *   size: [64, 64],
 * });
 * const source = batches(dataset, { batchSize: 8 });
 * ```
 */
export async function manifestDataset<T extends string, const P extends string = never>(
  directory: string,
  options: ManifestDatasetOptions<T, P>,
): Promise<ManifestDataset<T, P>> {
  checkPath(directory, 'manifestDataset: directory');
  checkManifestOptions(options);
  const images = completeImageOptions(options, 'manifestDataset');
  const { tasks, manifest = 'manifest.csv', image = 'image', split } = options;
  const file = resolve(directory, manifest);
  const table = await readTable(file);
  const cellOptions = { ...options, image };
  checkColumns(file, table.columns, cellOptions);
  if (table.records.length === 0) throw new Error(`${file}: expected a row for each image, found the header alone.`);

  const faults = collectFaults(file);
  const entries: ImageEntry<T>[] = [];
  const parts = mapTasks(split?.parts ?? [], (): number[] => []);
  const firstOf = new Map<string, string>();
  for (const [i, record] of table.records.entries()) {
    const line = table.lines[i];
    const { entry, part } = readEntry(record, { file, line }, cellOptions, (place, text) =>
      faults.add(line, place, text),
    );
    if (entry === undefined) continue;
    const { id } = entry.row;
    if (options.id !== undefined && id !== '' && firstOf.has(id)) {
      faults.add(
        table.lines[i],
        entry.place,
        `id: expected names that differ, found that of ${firstOf.get(id)} again.`,
      );
    }
    if (!firstOf.has(id)) firstOf.set(id, entry.place);
    if (part !== undefined) parts[part].push(entries.length);
    entries.push(entry);
  }
  await checkEntries(directory, entries, images, faults);
  faults.throwIfAny();
  return {
    ...entriesDataset(directory, entries, images, 'manifestDataset'),
    records: table.records,
    outputs: mapTasks(Object.keys(tasks) as T[], (task) => tasks[task].output(images.channels)),
    parts,
  };
}
