import { checkRecord, checkText, kindOf } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import type { ByTask, SomeTasks } from '../../types';
import { checkPath } from '../check-path';
import type { Cells, ColumnReader } from './columns/column-reader';
import { checkWords } from './columns/words';
import { IMAGE_FILES_OPTIONS, type ImageFilesOptions } from './image-options';

/** A column, or a function of a row's cells that returns a text, `''` or undefined for none. */
export type CellText = string | ((cells: Cells) => string | undefined);

/** Options of {@link manifestDataset}. */
export interface ManifestDatasetOptions<T extends string, P extends string = string> extends ImageFilesOptions {
  /** How the labels of each task are read: {@link classColumn}, {@link maskColumn} and the like, by the task's name. */
  readonly tasks: ByTask<T, ColumnReader>;
  /** Default: `'manifest.csv'` in the directory. */
  readonly manifest?: string | undefined;
  /** The column of the images, paths relative to the directory. Default: `'image'`. */
  readonly image?: string | undefined;
  /** The column of the pages of TIFF stacks, of all files of a row alike, counted from 0; blank: of one page. Default: none. */
  readonly page?: string | undefined;
  /** The samples' names in errors and predictions, all different. Default: the image's path, with its page. */
  readonly id?: CellText | undefined;
  /** The patient, whose images stay on one side of a split; blank: alone. Default: each is alone. */
  readonly group?: CellText | undefined;
  /** Splits keep the proportions of strata (a class, a source). Default: none. */
  readonly stratum?: CellText | undefined;
  /** A column that names the part that an image belongs to, and the parts: `parts` of the dataset. Blank: none. Default: none. */
  readonly split?: { readonly column: string; readonly parts: readonly P[] } | undefined;
  /** A column of how much a row's labels count, or one for each of some tasks; 0 is unknown. Default: 1. */
  readonly weight?: string | SomeTasks<NoInfer<T>, string> | undefined;
}

function checkCellText(value: CellText | undefined, name: string): void {
  if (value !== undefined && typeof value !== 'function') checkText(value, name);
}

/** Throws for options that make no sense, but for those of images. */
export function checkManifestOptions<T extends string, P extends string>(options: ManifestDatasetOptions<T, P>): void {
  checkOptions(
    options,
    [
      ...(['tasks', 'manifest', 'image', 'page', 'id', 'group', 'stratum', 'split', 'weight'] as const),
      ...IMAGE_FILES_OPTIONS,
    ],
    'manifestDataset',
  );
  const { tasks, manifest, image, page, id, group, stratum, split, weight } = options;
  checkRecord(tasks, 'manifestDataset: tasks');
  const names = Object.keys(tasks) as T[];
  if (names.length === 0) throw new RangeError('manifestDataset: tasks must name at least 1 task, got none.');
  for (const task of names) {
    const reader: unknown = tasks[task];
    const { read, output, columns } = (reader ?? {}) as Partial<ColumnReader>;
    if (typeof read === 'function' && typeof output === 'function' && Array.isArray(columns)) continue;
    throw new TypeError(
      `manifestDataset: tasks.${task} must read a column, as classColumn('${task}', ['no', 'yes']) does, got ${kindOf(reader)}.`,
    );
  }
  if (manifest !== undefined) checkPath(manifest, 'manifestDataset: manifest');
  if (image !== undefined) checkText(image, 'manifestDataset: image');
  if (page !== undefined) checkText(page, 'manifestDataset: page');
  checkCellText(id, 'manifestDataset: id');
  checkCellText(group, 'manifestDataset: group');
  checkCellText(stratum, 'manifestDataset: stratum');
  if (split !== undefined) {
    checkOptions(split, ['column', 'parts'], 'manifestDataset: split');
    checkText(split.column, 'manifestDataset: split.column');
    checkWords(split.parts, 1, 'manifestDataset: split.parts');
  }
  if (weight === undefined) return;
  if (typeof weight === 'string') {
    checkText(weight, 'manifestDataset: weight');
    return;
  }
  checkRecord(weight, 'manifestDataset: weight');
  for (const task of Object.keys(weight) as T[]) {
    if (!names.includes(task)) {
      throw new RangeError(`manifestDataset: weight names '${task}', and tasks has ${names.join(', ')}.`);
    }
    checkText(weight[task], `manifestDataset: weight.${task}`);
  }
}
