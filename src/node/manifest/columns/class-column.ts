import { checkBoolean, checkText, isRecord } from '../../../internal/check-kinds';
import { checkOptions } from '../../../internal/check-options';
import { classLabel, classOutput } from './class-label';
import type { ColumnReader } from './column-reader';
import { checkWords, findWord } from './words';

/** What the words of a column mean: for each the number of its class, from 0 on, or `'unknown'`. */
export interface ClassWords {
  readonly [word: string]: number | 'unknown';
}

/** Options of {@link classColumn}. */
export interface ClassColumnOptions {
  /** Labels of two classes are one-hot too, for a head that ends in a softmax. Default: false, 0 or 1. */
  readonly oneHot?: boolean | undefined;
}

function tableOf(classes: readonly string[] | ClassWords): Map<string, number | 'unknown'> {
  if (!Array.isArray(classes) && isRecord(classes)) return new Map(Object.entries(classes));
  checkWords(classes as readonly string[], 2, 'classColumn: classes');
  return new Map((classes as readonly string[]).map((word, i) => [word, i]));
}

/** How many classes the words mean. @throws {RangeError} unless they are all numbers from 0 to at least 1. */
function countClasses(table: ReadonlyMap<string, number | 'unknown'>): number {
  checkWords([...table.keys()], 2, 'classColumn: classes');
  for (const [word, meaning] of table) {
    if (meaning === 'unknown' || (Number.isInteger(meaning) && meaning >= 0)) continue;
    throw new RangeError(
      `classColumn: classes must mean the number of a class or 'unknown', got ${meaning} for '${word}'.`,
    );
  }
  const meant = new Set([...table.values()].filter((meaning) => meaning !== 'unknown'));
  const count = Math.max(2, ...[...meant].map((meaning) => meaning + 1));
  for (let i = 0; i < count; i++) {
    if (!meant.has(i)) throw new RangeError(`classColumn: classes must have a word for each class, got none for ${i}.`);
  }
  return count;
}

/**
 * Reads a class, of which each image has one, from a column of words; blank cells are unknown, other words are refused.
 *
 * `classes`: the words in the order of their classes; or the class of each word, where several mean one or the word that
 * something is unknown. Words that are whole numbers may be written with decimals of 0, as spreadsheets do: `1.0`.
 *
 * Labels: of two classes `[1]`, 0 or 1, for a sigmoid; of more one-hot, `[classes]`, for a softmax.
 *
 * @throws {RangeError} for fewer than two classes, words that do not differ and numbers that are not all from 0 on.
 * @example
 * ```ts
 * import { classColumn } from 'tfjs-multitask/node';
 *
 * const tasks = {
 *   covid: classColumn('label', ['no', 'yes']),
 *   view: classColumn('view', { PA: 0, AP: 1, 'AP supine': 1, lateral: 2, '-': 'unknown' }),
 * };
 * ```
 */
export function classColumn(
  column: string,
  classes: readonly string[] | ClassWords,
  options: ClassColumnOptions = {},
): ColumnReader {
  checkText(column, 'classColumn: column');
  checkOptions(options, ['oneHot'], 'classColumn');
  const { oneHot = false } = options;
  checkBoolean(oneHot, 'classColumn: oneHot');
  const table = tableOf(classes);
  const count = countClasses(table);
  const words = [...table.keys()];
  return {
    columns: [column],
    output: () => classOutput(count, oneHot),
    read(cells) {
      const text = cells[column];
      if (text === '') return undefined;
      const meaning = table.get(findWord(text, words, column, 'a blank (unknown)'));
      return meaning === 'unknown' || meaning === undefined ? undefined : { label: classLabel(meaning, count, oneHot) };
    },
  };
}
