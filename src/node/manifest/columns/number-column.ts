import { checkArray, checkNumber, checkText } from '../../../internal/check-kinds';
import { checkOptions } from '../../../internal/check-options';
import { type ColumnReader, cellError } from './column-reader';

/** Options of {@link numberColumn}. */
export interface NumberColumnOptions {
  /** Numbers outside are refused. Default: any number. */
  readonly range?: readonly [low: number, high: number] | undefined;
}

/** A number with a point, as RFC 4180's relatives all write it; not all that `Number` takes for one, such as '0x1' or ' '. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a cell holds. @throws {Error} where it is none, or one that Float32 does not hold. */
export function readNumber(text: string, column: string, expected = 'a number or a blank (unknown)'): number {
  if (/^\d+,\d+$/.test(text)) throw cellError(column, `${expected}, its decimals after a point`, text);
  if (!NUMBER.test(text)) throw cellError(column, expected, text);
  const value = Number(text);
  if (!Number.isFinite(Math.fround(value))) throw cellError(column, `${expected} that Float32 holds`, text);
  return value;
}

/**
 * Reads a number from a column: a score, an age, a volume.
 *
 * Blank cells are unknown; `1,5`, `NaN` and the like are refused.
 *
 * Labels: Float32 `[1]`, for a linear head.
 *
 * @throws {RangeError} for a range that does not rise.
 * @example
 * ```ts
 * import { numberColumn } from 'tfjs-multitask/node';
 *
 * const severity = numberColumn('score', { range: [0, 10] });
 * ```
 */
export function numberColumn(column: string, options: NumberColumnOptions = {}): ColumnReader {
  checkText(column, 'numberColumn: column');
  checkOptions(options, ['range'], 'numberColumn');
  const { range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } = options;
  checkArray(range, 'numberColumn: range');
  const [low, high] = range;
  checkNumber(low, 'numberColumn: range[0]');
  checkNumber(high, 'numberColumn: range[1]');
  if (!(low < high)) throw new RangeError(`numberColumn: range must rise, got [${range}].`);
  return {
    columns: [column],
    output: () => ({ kind: 'value', width: 1 }),
    read(cells) {
      const text = cells[column];
      if (text === '') return undefined;
      const value = readNumber(text, column);
      if (value < low || value > high) throw cellError(column, `a number in [${low}, ${high}]`, text);
      return { label: { data: Float32Array.of(value), shape: [1] } };
    },
  };
}
