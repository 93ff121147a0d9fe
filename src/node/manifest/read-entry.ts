import type { PartialLabel } from '../../data/map-mask';
import { checkNDArray, kindOf } from '../../internal/check-kinds';
import type { Row, SomeTasks } from '../../types';
import { type Cells, cellError, type FileLabel, quoteAll } from './columns/column-reader';
import { readNumber } from './columns/number-column';
import { findWord } from './columns/words';
import type { ImageEntry } from './image-entry';
import type { CellText, ManifestDatasetOptions } from './manifest-options';

/** A function that asks for a column that is not there: a fault of the function, not of a row. */
class MissingColumn extends Error {}

/** Cells that refuse to be asked for a column that is not there: a misspelled one would be unknown for all rows. */
function guardCells(cells: Cells, file: string): Cells {
  return new Proxy(cells, {
    get(target, column) {
      if (typeof column === 'string' && !Object.hasOwn(target, column)) {
        throw new MissingColumn(
          `${file}: there is no column '${column}'; the columns are ${quoteAll(Object.keys(target))}.`,
        );
      }
      return target[column as string];
    },
  });
}

/** What a row says, besides what is wrong with it. */
export interface ReadEntry<T extends string, P extends string> {
  /** Undefined where its image is not known. */
  readonly entry: ImageEntry<T> | undefined;
  /** The part that it belongs to. */
  readonly part: P | undefined;
}

/** The part of the options that says what the cells mean. */
export type CellOptions<T extends string, P extends string> = Pick<
  ManifestDatasetOptions<T, P>,
  'tasks' | 'page' | 'id' | 'group' | 'stratum' | 'split' | 'weight'
> & { readonly image: string };

const PAGE = /^\d+$/;

function readPage(cells: Cells, column: string | undefined): number | undefined {
  const text = column === undefined ? '' : cells[column];
  if (text === '' || column === undefined) return undefined;
  if (!PAGE.test(text)) throw cellError(column, 'the number of a page, from 0 on, or a blank', text);
  return Number(text);
}

function readText(cells: Cells, from: CellText | undefined, name: string): string | undefined {
  if (from === undefined) return undefined;
  const text: unknown = typeof from === 'function' ? from(cells) : cells[from];
  if (text !== undefined && typeof text !== 'string') {
    throw new Error(`${name} must return a text or undefined, got ${kindOf(text)}.`);
  }
  return text === '' ? undefined : text;
}

/** Throws for a label that a reader of somebody's own returned and that is none. */
function checkLabel(label: PartialLabel | FileLabel, task: string): void {
  if (label === null || typeof label !== 'object') {
    throw new Error(`the reader of '${task}' must return a label or undefined, got ${kindOf(label)}.`);
  }
  if ('from' in label) return;
  checkNDArray(label.label, `the label that the reader of '${task}' returns`);
}

function readWeight(cells: Cells, column: string): number {
  const expected = 'a weight of at least 0 where there is a label';
  if (cells[column] === '')
    throw new Error(`column '${column}': expected ${expected}, found a blank; 1 counts in full.`);
  const weight = readNumber(cells[column], column, expected);
  if (weight < 0) throw cellError(column, expected, cells[column]);
  return weight;
}

/** Where a row stands. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/** Reads a row; `fault` is told what is wrong with it. @throws {Error} where a function asks for a column that is not there. */
export function readEntry<T extends string, P extends string>(
  plain: Cells,
  { file, line }: RowPlace,
  { tasks, image: column, page, id, group, stratum, split, weight }: CellOptions<T, P>,
  fault: (place: string, text: string) => void,
): ReadEntry<T, P> {
  const cells = guardCells(plain, file);
  const image = plain[column];
  let place = `line ${line}${image === '' ? '' : ` (${image})`}`;
  const attempt = <V>(read: () => V): V | undefined => {
    try {
      return read();
    } catch (error) {
      if (error instanceof MissingColumn) throw error;
      fault(place, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  };
  const pageNumber = attempt(() => readPage(cells, page));
  const path = pageNumber === undefined ? image : `${image} page ${pageNumber}`;
  const own = attempt(() => readText(cells, id, 'id'));
  const name = id === undefined ? path : (own ?? '');
  if (name !== '') place = `line ${line} (${name})`;
  if (image === '') fault(place, `column '${column}': expected a path, found a blank.`);
  if (id !== undefined && own === undefined) fault(place, 'id: expected a name for the sample, found a blank.');

  const labels: { [K in T]?: PartialLabel | FileLabel | undefined } = {};
  const weights: { [K in T]?: number | undefined } = {};
  const known: T[] = [];
  for (const task of Object.keys(tasks) as T[]) {
    const label = attempt(() => {
      const read = tasks[task].read(cells);
      if (read !== undefined) checkLabel(read, task);
      return read;
    });
    if (label === undefined) continue;
    labels[task] = label;
    known.push(task);
    const weightColumn = typeof weight === 'string' ? weight : weight?.[task];
    if (weightColumn !== undefined) weights[task] = attempt(() => readWeight(cells, weightColumn));
  }
  const part = attempt(() =>
    split === undefined || cells[split.column] === ''
      ? undefined
      : (findWord(cells[split.column], split.parts, split.column, 'a blank (none)') as P),
  );
  const [groupName, stratumName] = [
    attempt(() => readText(cells, group, 'group')),
    attempt(() => readText(cells, stratum, 'stratum')),
  ];
  const row: Row<T> = {
    id: name,
    tasks: known,
    ...(groupName === undefined ? {} : { group: groupName }),
    ...(stratumName === undefined ? {} : { stratum: stratumName }),
  };
  const entry: ImageEntry<T> = {
    row,
    order: line,
    place,
    called: `column '${column}'`,
    image,
    page: pageNumber,
    labels: labels as SomeTasks<T, PartialLabel | FileLabel>,
    weights: weights as SomeTasks<T, number>,
  };
  return { entry: image === '' ? undefined : entry, part };
}
