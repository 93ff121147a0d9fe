import type { Metric } from '../../types';
import { meanOf } from '../core/average';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import { type ConfusionState, type ConfusionTable, confusionMetric, type DecisionOptions } from './confusion-table';

export interface TableOptions extends DecisionOptions, ZeroDivisionOptions {}

/** A metric that is a function of the whole confusion table; with `labels`, the mean over their tables. */
export function tableMetric(
  name: string,
  options: TableOptions,
  value: (table: ConfusionTable, divide: Divide) => number,
): Metric<ConfusionState> {
  const divide = dividing(options);
  return confusionMetric(name, options, (tables) =>
    meanOf(
      tables.map((table) => value(table, divide)),
      divide,
    ),
  );
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
