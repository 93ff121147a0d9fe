import type { Metric } from '../../types';
import { checkAverage, meanOf } from '../core/average';
import type { DecisionOptions } from '../core/decisions';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import type { TargetTraits } from '../core/target-metric';
import { type ConfusionState, type ConfusionTable, confusionMetric, countsOf } from './confusion-table';

/** Options of metrics of the whole confusion table, such as {@link accuracy}. */
export interface TableOptions<A extends 'none' | undefined = 'none' | undefined>
  extends DecisionOptions,
    ZeroDivisionOptions {
  /**
   * `'none'`: an array with the value of each class against all others, or of each label; needs `classes` or `labels`.
   * Default: one value of all classes; with `labels` the mean of theirs.
   */
  readonly average?: A | undefined;
}

/** The names of {@link TableOptions}. */
export const TABLE_OPTIONS = ['average', 'classes', 'ignoreIndex', 'labels', 'threshold', 'zeroDivision'] as const;

/** A number, or numbers for `'none'`. */
export type TableValue<A extends 'none' | undefined> = A extends 'none' ? number[] : number;

/** A metric that is a function of the whole confusion table. */
export function tableMetric<A extends 'none' | undefined>(
  traits: TargetTraits,
  given: TableOptions<A>,
  value: (table: ConfusionTable, divide: Divide) => number,
): Metric<ConfusionState, TableValue<A>> {
  const { name } = traits;
  const { average } = given;
  checkAverage(name, given, ['none']);
  const divide = dividing(name, given);
  return confusionMetric({ ...traits, direction: 'max' }, given, (tables, options) => {
    const parts = average === 'none' && options.classes !== undefined ? againstOthers(tables) : tables;
    const values = parts.map((table) => value(table, divide));
    return (average === 'none' ? values : meanOf(values, divide)) as TableValue<A>;
  });
}

/** For each class the table of it and all others. */
function againstOthers(tables: readonly ConfusionTable[]): ConfusionTable[] {
  return countsOf(tables, { classes: tables[0].length }).map(({ tp, fp, fn, tn }) => [
    [tn, fp],
    [fn, tp],
  ]);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How often each class is true. */
export function rowSums(table: ConfusionTable): number[] {
  return table.map(sum);
}

/** How often each class is predicted. */
export function columnSums(table: ConfusionTable): number[] {
  return table.map((_, k) => sum(table.map((row) => row[k])));
}

export function diagonal(table: ConfusionTable): number[] {
  return table.map((row, k) => row[k]);
}
