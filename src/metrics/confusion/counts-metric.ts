import { checkBoolean } from '../../internal/check-kinds';
import type { Metric } from '../../types';
import { type Average, type Averaged, type AverageOptions, averaged, checkAverage, isSeveral } from '../core/average';
import type { DecisionOptions } from '../core/decisions';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import type { TargetTraits } from '../core/target-metric';
import { type ConfusionState, type Counts, confusionMetric, countsOf } from './confusion-table';

/** Options of metrics that are a ratio of counts, such as {@link dice} and {@link sensitivity}. */
export interface CountsOptions<A extends Average = Average>
  extends DecisionOptions,
    AverageOptions<A>,
    ZeroDivisionOptions {
  /**
   * Whether class 0 counts in the average and is in the array of `'none'`. `false` needs `classes`. Default: true.
   */
  readonly includeBackground?: boolean | undefined;
}

/** The names of {@link CountsOptions}. */
export const COUNTS_OPTIONS = [
  'average',
  'classes',
  'ignoreIndex',
  'includeBackground',
  'labels',
  'threshold',
  'zeroDivision',
] as const;

/** A share of the decisions, the more the better. */
export const shareCalled = (name: string) => ({ name, direction: 'max', range: [0, 1] }) as const;

/** A metric that is a function of the counts of one class, averaged over the classes. */
export function countsMetric<A extends Average>(
  traits: TargetTraits,
  given: CountsOptions<A>,
  ratio: (counts: Counts, divide: Divide) => number,
): Metric<ConfusionState, Averaged<A>> {
  const { name } = traits;
  const { includeBackground = true } = given;
  checkBoolean(includeBackground, `${name}: includeBackground`);
  checkAverage(name, given);
  if (!includeBackground && given.classes === undefined) {
    throw new RangeError(`${name}: includeBackground: false needs the option classes.`);
  }
  const divide = dividing(name, given);
  return confusionMetric(traits, given, (tables, options) => {
    const counts = countsOf(tables, options).slice(includeBackground ? 0 : 1);
    return averaged(options, divide, isSeveral(options) ? counts.length : undefined, (from, to) => {
      const part = counts.slice(from, to).reduce(sumOfCounts);
      return [ratio(part, divide), part.tp + part.fn];
    }) as Averaged<A>;
  });
}

function sumOfCounts(a: Counts, b: Counts): Counts {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn, tn: a.tn + b.tn };
}
