import { checkText } from '../../../internal/check-kinds';
import type { ColumnReader } from './column-reader';

/**
 * Labels that are images: the input itself, which is to be reconstructed, or those whose paths a column holds, such as
 * images without noise; blank cells are unknown.
 *
 * Labels: Float32 `[height, width, channels]` in [0, 1], of the size and the channels of the input.
 *
 * @throws {TypeError} for a column that is no text.
 * @example
 * ```ts
 * import { imageColumn } from 'tfjs-multitask/node';
 *
 * const tasks = { reconstruction: imageColumn(), denoised: imageColumn('full dose') };
 * ```
 */
export function imageColumn(column?: string): ColumnReader {
  if (column !== undefined) checkText(column, 'imageColumn: column');
  return {
    columns: column === undefined ? [] : [column],
    output: (channels) => ({ kind: 'value', width: channels }),
    read(cells) {
      if (column === undefined) return { from: 'input' };
      return cells[column] === '' ? undefined : { from: 'image', column, path: cells[column] };
    },
  };
}
