import type { AnyMetric, Fitting, Metric } from '../../types';
import { BOTH, checkTargets, readTargets, type TargetOptions, type TargetReader, type Targets } from './read-targets';

/** What a metric says of itself, whatever its options. */
export interface TargetTraits extends Pick<AnyMetric, 'direction' | 'range'>, TargetReader {
  /** What it asks of predictions, beside their order, which is all that scores have. */
  readonly asks?: Pick<Fitting<never, unknown>, 'takes' | 'decides'> | undefined;
}

/** A metric that reads targets, but for the reading; its range where that follows from the options. */
export interface TargetReducer<S, R> extends Pick<Metric<S, R>, 'init' | 'merge' | 'compute' | 'range'> {
  add(state: S, targets: Targets): S;
}

/**
 * The metric that `make` makes of options, and that it makes again of the options that fit a task's output: what all
 * metrics with {@link TargetOptions} have in common.
 */
export function targetMetric<O extends TargetOptions, S, R>(
  traits: TargetTraits,
  given: O,
  make: (options: O) => TargetReducer<S, R>,
): Metric<S, R> {
  const { name, asks, axis = BOTH, direction, range } = traits;
  checkTargets(name, given);
  const { add, ...rest } = make(given);
  return {
    direction,
    range,
    ...rest,
    update: async (state, yTrue, yPred, weight) => add(state, await readTargets(traits, given, yTrue, yPred, weight)),
    fitting: { ...asks, axis, given, fill: (option) => targetMetric(traits, { ...given, ...option }, make) },
  };
}
