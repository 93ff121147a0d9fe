import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBoolean, checkFunction, checkText } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { didYouMean, nearest } from '../internal/nearest';
import type { ByTask, Dataset, Output } from '../types';
import { checkPath } from './check-path';
import { isImageName } from './image-name';
import { classLabel, classOutput } from './manifest/columns/class-label';
import { quoteAll } from './manifest/columns/column-reader';
import { checkWords } from './manifest/columns/words';
import { checkEntries, entriesDataset } from './manifest/entries-dataset';
import { collectFaults, type Faults } from './manifest/faults';
import type { ImageEntry } from './manifest/image-entry';
import { completeImageOptions, IMAGE_FILES_OPTIONS, type ImageFilesOptions } from './manifest/image-options';

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions<T extends string> extends ImageFilesOptions {
  /** The name of the task. Default: `'class'`. */
  readonly task?: T | undefined;
  /** The names of the folders in the order of their classes. Default: all folders, in alphabetical order. */
  readonly classes?: readonly string[] | undefined;
  /** Labels of two classes are one-hot too, for a head that ends in a softmax. Default: false, 0 or 1. */
  readonly oneHot?: boolean | undefined;
  /** Which files are samples, by their ids; others are left out. Default: all, and one that is no image is refused. */
  readonly include?: ((id: string) => boolean) | undefined;
  /** The patient of an image, by its id, whose images stay on one side of a split. Default: each is alone. */
  readonly group?: ((id: string) => string | undefined) | undefined;
}

/** What {@link imageFolder} opens. */
export interface ImageFolder<T extends string> extends Dataset<T> {
  /** The names of the classes, by their numbers. */
  readonly classes: readonly string[];
  /** What the head of the task puts out: `MLPHead({ outputs: dataset.outputs.class.width })`. */
  readonly outputs: ByTask<T, Output>;
}

/** By code units, so that the order is the same on all machines. */
const inOrder = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** The files below `path`, with `/` between folders; what is hidden is left out. */
async function listFiles(
  directory: string,
  path: string,
  fault: (id: string, text: string) => void,
): Promise<string[]> {
  const entries = await readdir(join(directory, path), { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => inOrder(a.name, b.name))) {
    if (entry.name.startsWith('.')) continue;
    const id = `${path}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await listFiles(directory, id, fault)));
    else if (entry.isFile() || entry.isSymbolicLink()) files.push(id);
    else fault(id, 'expected a file or a folder, found something else.');
  }
  return files;
}

/** The folders of the classes. @throws {Error} for fewer than two, and for others than `asked`. */
async function listClasses(
  directory: string,
  asked: readonly string[] | undefined,
  include: ((id: string) => boolean) | undefined,
  faults: Faults,
): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: Error) => {
    throw new Error(`${directory}: expected a folder: ${error.message}.`, { cause: error });
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  const folders = visible.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort(inOrder);
  for (const entry of visible) {
    if (entry.isDirectory() || include?.(entry.name) === false) continue;
    faults.add(-1, entry.name, 'expected a folder for each class, found a file; leave it out with `include`.');
  }
  if (asked === undefined) {
    if (folders.length >= 2) return folders;
    throw new Error(
      `${directory}: expected a folder for each of at least 2 classes, found ${quoteAll(folders) || 'none'}.`,
    );
  }
  for (const name of asked) {
    if (!folders.includes(name)) faults.add(-1, name, `expected a folder for this class, found ${quoteAll(folders)}.`);
  }
  for (const name of folders) {
    if (asked.includes(name)) continue;
    const hint = didYouMean(nearest(name, asked));
    faults.add(-1, name, `expected the folders ${quoteAll(asked)}, which \`classes\` names, found another.${hint}`);
  }
  return asked.filter((name) => folders.includes(name));
}

/**
 * Opens a directory that has a folder of images for each class.
 *
 * Images lie in it or in folders within, and are read when they are needed, as {@link manifestDataset} reads them. Files
 * whose names begin with a point are left out.
 *
 * Samples: `x` `[height, width, channels]` in [0, 1]; the label of two classes `[1]`, 0 or 1, of more one-hot `[classes]`. A
 * row's `id` is the path of its image, with `/` between folders, its stratum the class.
 *
 * @throws {Error} that lists the first faults of all: at opening for folders without an image, files that are no
 * images, an image that is there twice (by a link), fewer than two classes and folders that `classes` does not name;
 * when reading, for what {@link readImage} refuses.
 * @throws {RangeError} for bad options.
 * @throws {TypeError} for options of another kind, and a group that is no text.
 * @example
 * ```ts
 * import { split } from 'tfjs-multitask/data';
 * import { imageFolder } from 'tfjs-multitask/node';
 *
 * const dataset = await imageFolder('data/flowers', { size: [64, 64], channels: 3 }); // such as data/flowers/rose/1.png
 * const parts = split(dataset.rows, { fractions: { train: 0.5, validation: 0.5 } });
 * ```
 */
export async function imageFolder<const T extends string = 'class'>(
  directory: string,
  options: ImageFolderOptions<T> = {},
): Promise<ImageFolder<T>> {
  checkPath(directory, 'imageFolder: directory');
  checkOptions(options, ['task', 'classes', 'oneHot', 'include', 'group', ...IMAGE_FILES_OPTIONS], 'imageFolder');
  const { task = 'class' as T, classes: asked, oneHot = false, include, group } = options;
  checkText(task, 'imageFolder: task');
  if (asked !== undefined) checkWords(asked, 2, 'imageFolder: classes');
  checkBoolean(oneHot, 'imageFolder: oneHot');
  if (include !== undefined) checkFunction(include, 'imageFolder: include', "(id) => id.endsWith('.png')");
  if (group !== undefined) checkFunction(group, 'imageFolder: group', "(id) => id.split('_')[0]");
  const images = completeImageOptions(options, 'imageFolder');

  const faults = collectFaults(directory);
  const classes = await listClasses(directory, asked, include, faults);
  const entries: ImageEntry<T>[] = [];
  for (const [number, name] of classes.entries()) {
    const fault = (id: string, text: string): void => faults.add(entries.length, id, text);
    const files = await listFiles(directory, name, fault);
    const samples = files.filter((id) => include?.(id) ?? true);
    if (samples.length === 0) fault(name, 'expected at least one image of the class, found none.');
    for (const id of samples) {
      if (!isImageName(id)) {
        fault(id, 'expected a PNG, JPEG or TIFF image, by its name; leave other files out with `include`.');
        continue;
      }
      const patient: unknown = group?.(id);
      if (patient !== undefined && typeof patient !== 'string') {
        throw new TypeError(`imageFolder: group must return a text or undefined, got ${patient} for '${id}'.`);
      }
      entries.push({
        row: { id, tasks: [task], ...(patient ? { group: patient } : {}), stratum: name },
        order: entries.length,
        place: id,
        called: 'image',
        image: id,
        page: undefined,
        labels: { [task]: { label: classLabel(number, classes.length, oneHot) } } as unknown as ImageEntry<T>['labels'],
        weights: {} as ImageEntry<T>['weights'],
      });
    }
  }
  await checkEntries(directory, entries, images, faults);
  faults.throwIfAny();
  return {
    ...entriesDataset(directory, entries, images, 'imageFolder'),
    classes,
    outputs: { [task]: classOutput(classes.length, oneHot) } as unknown as ByTask<T, Output>,
  };
}
