import { checkInteger, checkRange } from '../internal/check';
import { checkArray, checkRecord, isRecord } from '../internal/check-kinds';
import { checkOptions } from '../internal/check-options';
import { mapTasks } from '../internal/map-tasks';
import { random } from '../internal/random';
import type { ByTask, Row } from '../types';

/** What a split needs to know; `Dataset.rows` fit. */
export type SplitRow = Pick<Row<string>, 'group' | 'stratum'>;

/** Options of {@link split}. */
export interface SplitOptions<P extends string> {
  /** The share of each part; they add up to 1. */
  readonly fractions: ByTask<P, number>;
  /** Default: 0. */
  readonly seed?: number | undefined;
}

/** Options of {@link kFold}. */
export interface KFoldOptions {
  /** Default: 0. */
  readonly seed?: number | undefined;
}

interface Group {
  readonly name: string | undefined;
  readonly rows: number[];
  /** Rows in each stratum. */
  readonly counts: Map<string | undefined, number>;
}

/** Throws for a name that is none: rows of group null would all be one patient, and so would those of ''. */
function checkRows(rows: readonly SplitRow[], who: string): void {
  if (isRecord(rows) && 'rows' in rows) {
    throw new TypeError(`${who}: rows must be an array, got a dataset; write ${who}(dataset.rows, …).`);
  }
  checkArray(rows, `${who}: rows`);
  for (const [i, row] of rows.entries()) {
    checkRecord(row, `${who}: row ${i}`);
    const { group, stratum } = row;
    if (group !== undefined && (typeof group !== 'string' || group === '')) {
      throw new TypeError(
        `${who}: the group of row ${i} must be a name, got ${group === '' ? "''" : group}; leave it out where there is none.`,
      );
    }
    if (stratum !== undefined && typeof stratum !== 'string') {
      throw new TypeError(
        `${who}: the stratum of row ${i} must be a name, got ${stratum}; leave it out where there is none.`,
      );
    }
  }
}

function groupsOf(rows: readonly SplitRow[]): Group[] {
  const named = new Map<string, Group>();
  const groups: Group[] = [];
  rows.forEach(({ group: name, stratum }, index) => {
    let group = name === undefined ? undefined : named.get(name);
    if (!group) {
      group = { name, rows: [], counts: new Map() };
      if (name !== undefined) named.set(name, group);
      groups.push(group);
    }
    group.rows.push(index);
    group.counts.set(stratum, (group.counts.get(stratum) ?? 0) + 1);
  });
  return groups;
}

/** Deals whole groups to parts with the given shares; returns the sorted row indices of each part. */
function deal(
  rows: readonly SplitRow[],
  groups: readonly Group[],
  shares: readonly number[],
  seed: number,
  names: readonly string[],
  who: string,
): number[][] {
  const parts = shares.map((share) => {
    const missing = new Map<string | undefined, number>();
    for (const { stratum } of rows) missing.set(stratum, (missing.get(stratum) ?? 0) + share);
    return { indices: [] as number[], missing, missingRows: share * rows.length };
  });
  const order = random(seed, 'split').shuffle(groups);
  for (const group of order.sort((a, b) => b.rows.length - a.rows.length)) {
    // The sum of squared shortfalls, of each stratum and of the part, falls most where this is largest.
    const gains = parts.map(({ missing, missingRows }, p) => {
      if (shares[p] === 0) return Number.NEGATIVE_INFINITY;
      let gain = group.rows.length * (2 * missingRows - group.rows.length);
      for (const [stratum, count] of group.counts) gain += count * (2 * (missing.get(stratum) as number) - count);
      return gain;
    });
    const part = parts[gains.indexOf(Math.max(...gains))];
    part.indices.push(...group.rows);
    part.missingRows -= group.rows.length;
    for (const [stratum, count] of group.counts) {
      part.missing.set(stratum, (part.missing.get(stratum) as number) - count);
    }
  }

  parts.forEach(({ indices }, p) => {
    if (indices.length === 0 && shares[p] > 0) {
      throw new RangeError(
        `${who}: part '${names[p]}' (share ${Number(shares[p].toFixed(4))}) stays empty with ${rows.length} rows in ` +
          `${groups.length} groups; give it a larger share, or more groups to choose from.`,
      );
    }
  });
  return parts.map(({ indices }) => indices.sort((a, b) => a - b));
}

/**
 * Splits rows into named parts: whole groups (a patient is never on both sides), strata in proportion, seeded.
 *
 * Groups are dealt one by one, large before small and otherwise in a seeded random order, each to the part where it
 * lowers the squared shortfall of strata and rows most. A row without a group is a group by itself. Returns the row
 * indices of each part, ascending; each row is in exactly one part.
 *
 * @throws {RangeError} if the fractions do not add up to 1, if a group is larger than the largest part, or if a part
 * stays empty.
 * @throws {TypeError} for a group or a stratum that is no name.
 * @example
 * ```ts
 * import { batches, split } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 10, normal: 10 }, slices: 1, size: 32, masks: 2 });
 * const parts = split(dataset.rows, { fractions: { train: 0.7, validation: 0.1, test: 0.2 }, seed: 1 });
 * const trainSet = batches(dataset, { indices: parts.train });
 * ```
 */
export function split<P extends string>(rows: readonly SplitRow[], options: SplitOptions<P>): { [K in P]: number[] } {
  checkOptions(options, ['fractions', 'seed'], 'split');
  const { fractions, seed = 0 } = options;
  checkRows(rows, 'split');
  checkRecord(fractions, 'split: fractions');
  const names = Object.keys(fractions) as P[];
  const shares = names.map((name) => fractions[name]);
  names.forEach((name, p) => {
    checkRange(shares[p], 0, 1, `split: fractions.${name}`);
  });
  const sum = shares.reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    throw new RangeError(`split: fractions must add up to 1, got ${sum} from ${JSON.stringify(fractions)}.`);
  }
  const groups = groupsOf(rows);
  const room = Math.ceil(Math.max(...shares) * rows.length - 1e-6);
  const large = groups.find((group) => group.rows.length > room);
  if (large) {
    throw new RangeError(
      `split: group '${large.name}' has ${large.rows.length} of the ${rows.length} rows, more than the largest part ` +
        `holds (${room}); give that part more, or name smaller groups.`,
    );
  }
  const parts = deal(rows, groups, shares, seed, names, 'split');
  return mapTasks(names, (_, p) => parts[p]);
}

/**
 * Splits rows into `k` folds, of equal size as far as the groups allow, as {@link split} does; returns each fold as
 * `test` with the rest as `train`.
 *
 * @throws {RangeError} if `k` is no integer of at least 2 or a fold stays empty.
 * @example
 * ```ts
 * import { batches, kFold } from 'tfjs-multitask/data';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 10, normal: 10 }, slices: 1, size: 32, masks: 2 });
 * for (const { train, test } of kFold(dataset.rows, 5, { seed: 1 })) {
 *   const [trainSet, testSet] = [batches(dataset, { indices: train }), batches(dataset, { indices: test, shuffle: false })];
 * }
 * ```
 */
export function kFold(
  rows: readonly SplitRow[],
  k: number,
  options: KFoldOptions = {},
): { readonly train: number[]; readonly test: number[] }[] {
  checkOptions(options, ['seed'], 'kFold');
  const { seed = 0 } = options;
  checkInteger(k, 2, 'kFold: k');
  checkRows(rows, 'kFold');
  const names = Array.from({ length: k }, (_, fold) => `fold ${fold}`);
  const folds = deal(rows, groupsOf(rows), new Array(k).fill(1 / k), seed, names, 'kFold');
  return folds.map((test, fold) => ({
    train: folds
      .filter((_, other) => other !== fold)
      .flat()
      .sort((a, b) => a - b),
    test,
  }));
}
