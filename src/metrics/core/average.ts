import { checkChoice } from '../../internal/check';
import type { Divide } from './divide';
import type { TargetOptions } from './read-targets';

/**
 * How the values of several classes become one: `'macro'` their mean, `'weighted'` their mean weighted by how often
 * each class is true, `'micro'` the value of all their decisions pooled, `'none'` an array of them. A class whose value
 * is NaN (0/0) is left out of a mean.
 */
export type Average = 'macro' | 'micro' | 'weighted' | 'none';

/** A number, or numbers for `'none'`. */
export type Averaged<A extends Average> = A extends 'none' ? number[] : number;

/** Options of metrics with a value for each class or label. */
export interface AverageOptions<A extends Average = Average> {
  /** Needs `classes` or `labels`. Default: `'macro'`. */
  readonly average?: A | undefined;
}

/** Whether there are several classes or labels to average over. */
export function isSeveral({ classes, labels }: TargetOptions): boolean {
  return (classes ?? labels) !== undefined;
}

export function checkAverage(name: string, options: TargetOptions & AverageOptions): void {
  const { average } = options;
  if (average === undefined) return;
  checkChoice(average, ['macro', 'micro', 'weighted', 'none'], `${name}: average`);
  if (!isSeveral(options)) throw new RangeError(`${name}: average '${average}' needs the option classes or labels.`);
}

/** The mean of the `values` that are not NaN. */
export function meanOf(
  values: readonly number[],
  divide: Divide,
  weights: readonly number[] = values.map(() => 1),
): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, i) => {
    if (Number.isNaN(value)) return;
    sum += value * weights[i];
    total += weights[i];
  });
  return divide(sum, total);
}

/** Averages `value` over the parts, one for each class; `pooled` returns the part of all classes together. */
export function averaged<P>(
  average: Average,
  partsOf: () => readonly P[],
  pooled: () => P,
  value: (part: P) => number,
  support: (part: P) => number,
  divide: Divide,
): number | number[] {
  if (average === 'micro') return value(pooled());
  const parts = partsOf();
  const values = parts.map(value);
  if (average === 'none') return values;
  return meanOf(values, divide, average === 'weighted' ? parts.map(support) : undefined);
}
