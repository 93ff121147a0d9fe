import { checkText } from '../../../internal/check-kinds';
import { checkOptions } from '../../../internal/check-options';
import { type ColumnReader, cellError } from './column-reader';
import { checkWords, findWord } from './words';

/** Options of {@link labelsColumn}. */
export interface LabelsColumnOptions {
  /** What stands between the labels of a cell. Default: `';'`. */
  readonly separator?: string | undefined;
  /** The word for no label at all, as a blank cell is unknown: 'No Finding'. Default: there is none. */
  readonly none?: string | undefined;
}

/**
 * Reads labels of which an image may have several from a column of words with a separator; blank cells are unknown, other
 * words are refused.
 *
 * Labels: `[labels.length]`, 1 for each that the cell names, 0 for the others: for a head of as many sigmoids.
 *
 * @throws {RangeError} for labels that do not differ, or that hold the separator.
 * @example
 * ```ts
 * import { labelsColumn } from 'tfjs-multitask/node';
 *
 * const findings = labelsColumn('findings', ['Effusion', 'Edema', 'Mass'], { separator: '|', none: 'No Finding' });
 * ```
 */
export function labelsColumn(
  column: string,
  labels: readonly string[],
  options: LabelsColumnOptions = {},
): ColumnReader {
  checkText(column, 'labelsColumn: column');
  checkOptions(options, ['separator', 'none'], 'labelsColumn');
  const { separator = ';', none } = options;
  checkText(separator, 'labelsColumn: separator');
  if (none !== undefined) checkText(none, 'labelsColumn: none');
  checkWords(labels, 1, 'labelsColumn: labels');
  const words = none === undefined ? labels : [...labels, none];
  checkWords(words, 1, 'labelsColumn: labels and none');
  const torn = words.find((word) => word.includes(separator));
  if (torn !== undefined) {
    throw new RangeError(`labelsColumn: labels must not hold the separator '${separator}', got '${torn}'.`);
  }
  return {
    columns: [column],
    output: () => ({ kind: 'probability', width: labels.length }),
    read(cells) {
      const text = cells[column];
      if (text === '') return undefined;
      const or = `several of them with '${separator}' between, or a blank (unknown)`;
      const found = text.split(separator).map((word) => findWord(word.trim(), words, column, or));
      if (none !== undefined && found.includes(none) && found.length > 1) {
        throw cellError(column, `'${none}' alone`, text);
      }
      return {
        label: { data: Uint8Array.from(labels, (label) => Number(found.includes(label))), shape: [labels.length] },
      };
    },
  };
}
