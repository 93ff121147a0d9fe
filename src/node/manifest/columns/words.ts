import { checkArray, checkText } from '../../../internal/check-kinds';
import { didYouMean, nearest } from '../../../internal/nearest';
import { cellError, quoteAll } from './column-reader';

/** Throws unless `words` are texts that differ. A cell has no blanks around it, so that a word with some is never found. */
export function checkWords(words: readonly string[], least: number, name: string): void {
  checkArray(words, name);
  for (const word of words) {
    checkText(word, `${name}: a word`);
    if (word.trim() !== word) throw new RangeError(`${name}: a word has no blanks around it, got '${word}'.`);
  }
  if (words.length < least) throw new RangeError(`${name} must name at least ${least}, got ${words.length}.`);
  const twice = words.find((word, i) => words.indexOf(word) < i);
  if (twice !== undefined) throw new RangeError(`${name} must differ, got '${twice}' twice.`);
}

/** A number without the decimals that spreadsheets add: '1.0' is '1'. */
const withoutDecimals = (text: string): string => text.replace(/^(\d+)\.0+$/, '$1');

/** The word that a cell holds. @throws {Error} where it is none of `words`; `or` says what else there may be. */
export function findWord(text: string, words: readonly string[], column: string, or: string): string {
  for (const word of [text, withoutDecimals(text)]) if (words.includes(word)) return word;
  const near = /\p{L}/u.test(text) ? nearest(text, words) : undefined;
  throw new Error(`${cellError(column, `${quoteAll(words)} or ${or}`, text).message}${didYouMean(near)}`);
}
