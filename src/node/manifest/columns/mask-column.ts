import { classesOf, parseValues } from '../../../data/mask-values';
import { checkFunction, checkText } from '../../../internal/check-kinds';
import { checkOptions } from '../../../internal/check-options';
import { checkMaskOptions, type MaskOptions } from '../../mask-options';
import { classOutput } from './class-label';
import type { Cells, ColumnReader } from './column-reader';

/** Options of {@link maskColumn}. */
export interface MaskColumnOptions extends MaskOptions {
  /** Whether a blank cell means that there is nothing to mark, by the cells of its row. Default: a blank is unknown. */
  readonly empty?: ((cells: Cells) => boolean) | undefined;
}

/**
 * Reads masks from files, whose paths a column holds; blank cells are unknown.
 *
 * Labels, resized to their nearest pixels: of two classes `[height, width, 1]`, 0 or 1, for sigmoids; where `values` has
 * three or more one-hot, `[height, width, classes]`, for softmaxes. Pixels that are unknown weigh 0.
 *
 * @throws {RangeError} for values that do not name each class, and for `values` beside a `threshold`.
 * @example
 * ```ts
 * import { maskColumn } from 'tfjs-multitask/node';
 *
 * const lesion = maskColumn('mask', { values: { 0: 0, 255: 1 }, empty: (cells) => cells.label === 'no' });
 * ```
 */
export function maskColumn(column: string, options: MaskColumnOptions = {}): ColumnReader {
  checkText(column, 'maskColumn: column');
  checkOptions(options, ['values', 'threshold', 'channel', 'empty'], 'maskColumn');
  const { empty, ...mask } = options;
  checkMaskOptions(mask, 'maskColumn');
  if (empty !== undefined) checkFunction(empty, 'maskColumn: empty', "(cells) => cells.label === 'no'");
  const classes = mask.values === undefined ? 2 : classesOf(parseValues(mask.values, 'maskColumn'));
  return {
    columns: [column],
    output: () => classOutput(classes, false),
    read(cells) {
      const path = cells[column];
      if (path !== '') return { from: 'mask', column, path, mask };
      return empty?.(cells) ? { from: 'mask', column, mask } : undefined;
    },
  };
}
