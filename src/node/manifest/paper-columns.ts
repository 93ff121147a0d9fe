import { checkChoice } from '../../internal/check';
import { checkArray, checkBoolean, checkText } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { mapTasks } from '../../internal/map-tasks';
import { checkMaskOptions, type MaskOptions } from '../mask-options';
import { classColumn } from './columns/class-column';
import type { Cells, ColumnReader } from './columns/column-reader';
import { imageColumn } from './columns/image-column';
import { maskColumn } from './columns/mask-column';
import type { ManifestDatasetOptions } from './manifest-options';

/** The tasks of Amyar et al., 2020. */
export type PaperTask = 'reconstruction' | 'segmentation' | 'classification';

/** The names of the columns. */
export interface PaperColumnNames {
  /** The image, a path relative to the directory. Default: `'image'`. */
  readonly image?: string | undefined;
  /** Its mask, a path; blank: unknown. Default: `'mask'`, needed for segmentation. */
  readonly mask?: string | undefined;
  /** The class, 1 or 0; blank: unknown. Default: `'covid'`, needed for classification. */
  readonly label?: string | undefined;
  /** Where the image comes from: part of its stratum. Default: `'source'` where the manifest has it. */
  readonly source?: string | undefined;
}

/** Options of {@link paperColumns}. */
export interface PaperColumnsOptions<T extends PaperTask> {
  /** What the columns are called. Default: `image`, `mask`, `covid` and `source`. */
  readonly columns?: PaperColumnNames | undefined;
  /** Default: all three. */
  readonly tasks?: readonly T[] | undefined;
  /** A blank mask of an image of class 0 is known to be empty, not unknown. Default: false. */
  readonly negativesAreEmpty?: boolean | undefined;
  /** What the pixels of the masks mean. Default: 0 and 1, or 0 and white, are background and lesion. */
  readonly mask?: MaskOptions | undefined;
}

const TASKS: readonly PaperTask[] = ['reconstruction', 'segmentation', 'classification'];
const COLUMNS = ['image', 'mask', 'label', 'source'] as const;

/**
 * The columns of the paper's three tasks, for {@link manifestDataset}: `image`, which is to be reconstructed, `mask` and
 * `covid`.
 *
 * The stratum of an image is its class, its source and whether its mask is known.
 *
 * Labels: reconstruction, the input itself; segmentation, as {@link maskColumn} reads it; classification `[1]`, 0 or 1.
 * Source: Amyar et al., 2020, doi:10.1101/2020.04.16.20064709.
 *
 * @throws {RangeError} for a task that is none of the three.
 * @example
 * ```ts
 * import { manifestDataset, paperColumns } from 'tfjs-multitask/node';
 *
 * const dataset = await manifestDataset('data/ct', { ...paperColumns(), group: 'patient', size: [64, 64] });
 * ```
 */
export function paperColumns<const T extends PaperTask = PaperTask>(
  options: PaperColumnsOptions<T> = {},
): Required<Pick<ManifestDatasetOptions<T>, 'tasks' | 'image' | 'stratum'>> {
  checkOptions(options, ['columns', 'tasks', 'negativesAreEmpty', 'mask'], 'paperColumns');
  const { columns = {}, tasks = TASKS as readonly T[], negativesAreEmpty = false, mask: pixels = {} } = options;
  checkOptions(columns, COLUMNS, 'paperColumns: columns');
  for (const name of COLUMNS)
    if (columns[name] !== undefined) checkText(columns[name], `paperColumns: columns.${name}`);
  checkArray(tasks, 'paperColumns: tasks');
  for (const task of tasks) checkChoice<PaperTask>(task, TASKS, 'paperColumns: tasks');
  checkBoolean(negativesAreEmpty, 'paperColumns: negativesAreEmpty');
  checkOptions(pixels, ['values', 'threshold', 'channel'], 'paperColumns: mask');
  checkMaskOptions(pixels, 'paperColumns: mask');
  const { image = 'image', mask = 'mask', label = 'covid', source } = columns;
  const classes = classColumn(label, ['0', '1']);
  const classOf = (cells: Cells): string => {
    const found = classes.read(cells);
    return found !== undefined && 'label' in found ? String(found.label.data[0]) : 'unknown';
  };
  const isEmpty = (cells: Cells): boolean => negativesAreEmpty && classOf(cells) === '0';
  const masks = maskColumn(mask, { ...pixels, empty: isEmpty });
  const readers: Readonly<Record<PaperTask, ColumnReader>> = {
    reconstruction: imageColumn(),
    segmentation: negativesAreEmpty ? { ...masks, columns: [mask, label] } : masks,
    classification: classes,
  };
  const asked = new Set<PaperTask>(tasks);
  return {
    image,
    tasks: mapTasks(tasks, (task) => readers[task]),
    stratum(cells) {
      const place = source ?? ('source' in cells ? 'source' : undefined);
      const isKnown = asked.has('segmentation') && (cells[mask] !== '' || isEmpty(cells));
      const parts = [
        asked.has('classification') && `${label} ${classOf(cells)}`,
        place !== undefined && `${place} ${cells[place]}`,
        asked.has('segmentation') && (isKnown ? 'mask known' : 'mask unknown'),
      ];
      return parts.filter((part) => part !== false).join(', ');
    },
  };
}
