import type { AnyMetric, Metric, Output } from '../../types';
import { type DecisionOptions, ofProbabilities } from './decisions';
import {
  type Bound,
  checkTargets,
  readTargets,
  type TargetOptions,
  type TargetReader,
  type Targets,
  whatToWrite,
} from './read-targets';

const BOTH = ['classes', 'labels'] as const;

/** What a metric asks of predictions. */
export interface Reading {
  /** Throws where an output does not hold it. */
  check(name: string, options: DecisionOptions, output: Output): void;
  readonly readNumbers?: TargetReader['readNumbers'] | undefined;
}

/** What a metric says of itself, whatever its options. */
export interface TargetTraits extends Pick<AnyMetric, 'direction' | 'range'> {
  readonly name: string;
  /** What it asks of predictions, beside their order, which is all that scores have. */
  readonly reads?: Reading | undefined;
  /** The options that it has for the last axis. Default: both. */
  readonly options?: TargetReader['options'] | undefined;
  /** Whether a result has one form, so that a trainer may fill these options in. Default: true. */
  readonly fills?: boolean | undefined;
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
  options: Bound<O>,
  make: (options: Bound<O>) => TargetReducer<S, R>,
): Metric<S, R> {
  const { name, reads, options: known = BOTH, direction, range } = traits;
  checkTargets(name, options);
  const { add, ...rest } = make(options);
  const reader = { name, options: known, readNumbers: reads?.readNumbers };
  return {
    ...(direction && { direction, range }),
    ...rest,
    update: async (state, yTrue, yPred, weight) => add(state, await readTargets(reader, options, yTrue, yPred, weight)),
    forOutput: (output) => targetMetric(traits, fitOptions(traits, options, output), make),
  };
}

/**
 * The options for a task's output: those that were given, if they agree with it, else those that follow from it.
 *
 * @throws {RangeError} where they do not agree, or the metric cannot be computed from such an output.
 */
function fitOptions<O extends DecisionOptions>(traits: TargetTraits, options: O, output: Output): Bound<O> {
  const { name, reads, options: known = BOTH, fills = true } = traits;
  const { kind, width } = output;
  reads?.check(name, options, output);
  const given = options.classes ?? options.labels;
  if (given !== undefined && given !== width) {
    const option = options.classes === undefined ? 'labels' : 'classes';
    throw new RangeError(
      `${name}: ${option} is ${given}, and the last axis of the output holds ${width}: leave it out, or write ${option}: ${width}.`,
    );
  }
  if (kind === 'distribution' && width === 1) {
    throw new RangeError(`${name}: a softmax over one value is always 1: give the head the activation 'sigmoid'.`);
  }
  if (given !== undefined || width === 1) return { ...options, output };
  const option = kind === 'distribution' ? 'classes' : 'labels';
  if (!ofProbabilities(output) || !fills || !known.includes(option)) {
    throw new RangeError(`${name}: the last axis of the output holds ${width} values: ${whatToWrite(known, width)}.`);
  }
  return { ...options, [option]: width, output };
}
