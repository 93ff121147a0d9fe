import type { Metric } from '../../types';
import { type Average, type Averaged, type AverageOptions, averaged, checkAverage } from '../core/average';
import { type Divide, dividing, type ZeroDivisionOptions } from '../core/divide';
import { type ConfusionState, type Counts, confusionMetric, countsOf, type DecisionOptions } from './confusion-table';

export interface CountsOptions<A extends Average = Average>
  extends DecisionOptions,
    AverageOptions<A>,
    ZeroDivisionOptions {
  /**
   * Whether class 0 counts in the average and is in the array of `'none'`. `false` needs `classes`. Default: true.
   */
  readonly includeBackground?: boolean;
}

/** A metric that is a ratio of the counts of one class, averaged over the classes. */
export function countsMetric<A extends Average>(
  name: string,
  options: CountsOptions<A>,
  ratio: (counts: Counts, divide: Divide) => number,
): Metric<ConfusionState, Averaged<A>> {
  const { classes, labels, average, includeBackground = true } = options;
  const several = (classes ?? labels) !== undefined;
  checkAverage(name, average, several);
  if (!includeBackground && classes === undefined) {
    throw new RangeError(`${name}: includeBackground: false needs the option classes.`);
  }
  const divide = dividing(options);
  return confusionMetric(name, options, (tables) => {
    const counts = countsOf(tables, options).slice(includeBackground ? 0 : 1);
    const value = (part: Counts) => ratio(part, divide);
    const support = ({ tp, fn }: Counts) => tp + fn;
    const result = several
      ? averaged(
          average ?? 'macro',
          () => counts,
          () => counts.reduce(sumOfCounts),
          value,
          support,
          divide,
        )
      : value(counts[0]);
    return result as Averaged<A>;
  });
}

function sumOfCounts(a: Counts, b: Counts): Counts {
  return { tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn, tn: a.tn + b.tn };
}
