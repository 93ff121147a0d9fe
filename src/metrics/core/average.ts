import { checkChoice } from '../../internal/check';
import { refuse } from '../../internal/refuse';
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

/** Throws unless `average` is left out, or one of `choices` over several classes or labels. */
export function checkAverage(
  name: string,
  { average, classes, labels }: TargetOptions & { readonly average?: string | undefined },
  choices: readonly string[] = ['macro', 'micro', 'weighted', 'none'],
): void {
  if (average === undefined) return;
  checkChoice(average, choices, `${name}: average`);
  if ((classes ?? labels) === undefined) {
    refuse(`${name}: classes or labels`, `be given for average '${average}'`, 'none');
  }
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

/**
 * The average over `count` classes or labels, or the value where there are none. `evaluate` returns that of the classes
 * from `from` up to `to`, or all, together, and how often they are true.
 */
export function averaged(
  { average = 'macro' }: AverageOptions,
  divide: Divide,
  count: number | undefined,
  evaluate: (from: number, to?: number) => readonly [value: number, support: number],
): number | number[] {
  if (average === 'micro' || count === undefined) return evaluate(0)[0];
  const each = Array.from({ length: count }, (_, k) => evaluate(k, k + 1));
  const values = each.map(([value]) => value);
  if (average === 'none') return values;
  return meanOf(values, divide, average === 'weighted' ? each.map(([, support]) => support) : undefined);
}
