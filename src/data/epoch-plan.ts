import { checkInteger } from '../internal/check';
import { checkRecord } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { random } from '../internal/random';
import type { Row, SomeTasks } from '../types';
import { type Composition, composeEqually, composeWithAtLeast, type Kind } from './compose-batches';

/** Shows the samples of each key equally often. */
export interface BalanceBy<T extends string> {
  /** The key of a sample: its stratum, or what this returns for its row and the row's index. */
  readonly by: 'stratum' | ((row: Row<T>, index: number) => string);
}

/** The minimum number of samples with each task's label in a batch, or keys to show equally often. */
export type Balance<T extends string> = SomeTasks<T, number> | BalanceBy<T>;

/** Plans the batches of any epoch. */
export interface EpochPlan {
  readonly steps: number;
  /** Row indices of each batch. */
  batches(epoch: number): number[][];
}

interface PlanOptions<T extends string> {
  readonly indices: readonly number[];
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly balance: Balance<T>;
  readonly dropRemainder: boolean;
}

/** The samples by their key, in the order in which keys appear. */
function groupBy(indices: readonly number[], keyOf: (index: number) => string): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const index of indices) {
    const key = keyOf(index);
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return groups;
}

function isByKey<T extends string>(balance: Balance<T>): balance is BalanceBy<T> {
  const { by } = balance as BalanceBy<T>;
  return by !== undefined && typeof by !== 'number'; // a task may be called 'by'
}

/** @throws {TypeError} where a row has no key. */
function keyOfRow<T extends string>(row: Row<T>, index: number, { by }: BalanceBy<T>): string {
  const key: unknown = by === 'stratum' ? row.stratum : by(row, index);
  if (typeof key === 'string') return key;
  throw new TypeError(
    `batches: balance.by ${by === 'stratum' ? "'stratum' needs a stratum in each row" : 'must return a string'}, got ` +
      `${key} for sample '${row.id}'.`,
  );
}

/** The kinds of samples, and how many of each every batch takes. */
function compose<T extends string>(
  rows: readonly Row<T>[],
  { indices, batchSize, balance }: PlanOptions<T>,
): { readonly kinds: readonly Kind[]; readonly compositions: readonly Composition[] } {
  checkRecord(balance, 'batches: balance');
  if (isByKey(balance)) {
    checkOptions(balance, ['by'], 'batches: balance');
    if (balance.by !== 'stratum' && typeof balance.by !== 'function') {
      throw new TypeError(`batches: balance.by must be 'stratum' or a function of a row, got ${balance.by}.`);
    }
    const groups = groupBy(indices, (index) => keyOfRow(rows[index], index, balance));
    const kinds = [...groups].map(([name, some]) => ({ name, has: [], indices: some }));
    return { kinds, compositions: composeEqually(kinds, batchSize) };
  }
  for (const task of Object.keys(balance) as T[]) checkInteger(balance[task] as number, 0, `batches: balance.${task}`);
  const tasks = (Object.keys(balance) as T[]).filter((task) => (balance[task] as number) > 0);
  const needs = tasks.map((task) => balance[task] as number);
  const labelsOf = (index: number): boolean[] => tasks.map((task) => rows[index].tasks.includes(task));
  const groups = groupBy(indices, (index) => labelsOf(index).join());
  const kinds = [...groups].map(([name, some]) => ({ name, has: labelsOf(some[0]), indices: some }));
  tasks.forEach((task, t) => {
    const labelled = kinds.reduce((sum, kind) => sum + (kind.has[t] ? kind.indices.length : 0), 0);
    if (labelled < needs[t]) {
      throw new RangeError(
        `batches: balance.${task} asks for ${needs[t]} labelled samples in each batch, but only ${labelled} of ` +
          `${indices.length} have a label for '${task}'.`,
      );
    }
  });
  return { kinds, compositions: composeWithAtLeast(kinds, batchSize, needs) };
}

/** Draws from a kind in passes: each pass shows all of its samples once, in its own order. */
function drawer(order: (pass: number) => number[]): (batch: readonly number[]) => number {
  let queue = order(0);
  let at = 0;
  let passes = 1;
  return (batch) => {
    let found = at;
    while (batch.includes(queue[found])) found++;
    if (found >= queue.length) {
      queue = [...queue.slice(at), ...order(passes++)];
      found -= at;
      at = 0;
      while (batch.includes(queue[found])) found++;
    }
    const index = queue[found];
    queue.copyWithin(at + 1, at, found);
    at++;
    return index;
  };
}

export function epochPlan<T extends string>(rows: readonly Row<T>[], options: PlanOptions<T>): EpochPlan {
  const { batchSize, shuffle, seed, dropRemainder } = options;
  const { kinds, compositions: all } = compose(rows, options);
  const isFull = (composition: Composition): boolean => composition.reduce((a, b) => a + b, 0) === batchSize;
  const full = all.filter(isFull);
  const rest = dropRemainder ? [] : all.filter((composition) => !isFull(composition));

  return {
    steps: full.length + rest.length,
    batches(epoch) {
      const draw = kinds.map((kind, k) =>
        drawer((pass) => (shuffle ? random(seed, 'batches', epoch, k, pass).shuffle(kind.indices) : [...kind.indices])),
      );
      const compositions = shuffle ? random(seed, 'compositions', epoch).shuffle(full) : full;
      return [...compositions, ...rest].map((composition) => {
        const batch: number[] = [];
        composition.forEach((count, k) => {
          for (let i = 0; i < count; i++) batch.push(draw[k](batch));
        });
        return batch;
      });
    },
  };
}
