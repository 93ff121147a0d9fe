import { checkChoice, checkInteger } from '../../internal/check';
import { checkMetric } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { random } from '../../internal/random';
import type { Metric, NDArray } from '../../types';
import { appendChunk, type Chunks, joinChunks } from '../core/chunks';
import { readArguments } from '../core/read-pair';
import { bcaBounds, percentileBounds, standardDeviation } from './bootstrap';
import { type ConfidenceOptions, checkConfidenceLevel, type Interval } from './confidence';
import { checkGroups, type ResamplingOptions } from './resampling';

/** Options of {@link interval}; `groups` names that of each sample in the order of arrival, those of weight 0 too. */
export interface IntervalOptions extends ConfidenceOptions, ResamplingOptions {
  /**
   * `'percentile'`, or `'bca'`, which corrects for bias and skewness with n more evaluations. Default: `'percentile'`.
   */
  readonly method?: 'percentile' | 'bca' | undefined;
}

/** An {@link Interval} from resamples. */
export interface BootstrapInterval extends Interval {
  /** Resamples without a value, such as the AUC of one class alone: the interval is that of the others. */
  readonly undefinedResamples: number;
}

/** The inner metric's state of each sample in the order of arrival; null for a sample of weight 0. */
export type IntervalState<S> = Chunks<readonly (S | null)[]>;

/**
 * A seeded bootstrap confidence interval for any metric whose result is a number or has a number `value`; a metric
 * itself.
 *
 * It keeps the metric's state of each sample, draws as many samples with replacement, merges their states, and takes
 * quantiles of the resulting values.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, as the inner metric reads them. With fewer than two samples or groups the interval
 * is NaN.
 *
 * Source: Efron and Tibshirani, "An introduction to the bootstrap", 1993, doi:10.1201/9780429246593.
 *
 * @throws {RangeError} where an option is out of range or `groups` is not as long as the samples, and what the inner
 * metric throws.
 * @example
 * ```ts
 * import { auc, interval, score } from 'tfjs-multitask/metrics';
 *
 * const metric = interval(auc(), { seed: 1 });
 * const { value, low, high, n } = await score(metric, [0, 0, 1, 0, 1, 1], [0.1, 0.4, 0.35, 0.3, 0.8, 0.9]);
 * ```
 */
export function interval<S, R extends number | { readonly value: number }>(
  metric: Metric<S, R>,
  options: IntervalOptions = {},
): Metric<IntervalState<S>, BootstrapInterval> {
  checkOptions(options, ['confidenceLevel', 'groups', 'method', 'resamples', 'seed'], 'interval');
  checkMetric(metric, 'interval: metric');
  const { confidenceLevel = 0.95, resamples = 1000, seed = 0, method = 'percentile', groups } = options;
  checkConfidenceLevel('interval', confidenceLevel);
  checkInteger(resamples, 1, 'interval: resamples');
  checkInteger(seed, 0, 'interval: seed');
  checkChoice(method, ['percentile', 'bca'], 'interval: method');

  if (groups !== undefined) checkGroups('interval', groups);

  const evaluate = (state: S): number => {
    const result = metric.compute(state);
    return typeof result === 'number' ? result : result.value;
  };
  const { direction, range, fitting } = metric;
  const fill = fitting?.fill;
  return {
    direction,
    range,
    fitting: fitting && { ...fitting, fill: fill && ((option) => interval(fill(option), options)) },
    init: () => [],
    async update(state, yTrue, yPred, weight) {
      const [truth, prediction, weights] = await readArguments('interval', yTrue, yPred, weight);
      checkSamples(truth, prediction);
      const states: (S | null)[] = [];
      try {
        for (let i = 0; i < prediction.shape[0]; i++) {
          const each = weights && sampleOf(weights, i);
          const counts = each === undefined || each.data.some((value) => value !== 0);
          states.push(
            counts ? await metric.update(metric.init(), sampleOf(truth, i), sampleOf(prediction, i), each) : null,
          );
        }
      } catch (error) {
        // The whole batch at once, so that the error names the sample by its place in the batch.
        await metric.update(metric.init(), truth, prediction, weights);
        throw error;
      }
      return appendChunk(state, states, concatenate);
    },
    merge: (a, b) => joinChunks(a, b, concatenate),
    compute(state) {
      const samples = state.flat();
      const units = groups === undefined ? samples.filter(isState) : mergeGroups(metric, samples, groups);
      const value = evaluate(mergeAll(metric, units));
      const { integer } = random(seed, 'interval');
      const draw = () =>
        evaluate(
          mergeAll(
            metric,
            units.map(() => units[integer(units.length)]),
          ),
        );
      const replicates = Array.from({ length: units.length < 2 ? 0 : resamples }, draw);
      const defined = Float64Array.from(replicates.filter(isDefined));
      const bounds =
        method === 'percentile'
          ? percentileBounds(defined, confidenceLevel)
          : bcaBounds(defined, confidenceLevel, value, leaveOneOut(metric, units, evaluate).filter(isDefined));
      return {
        value,
        ...bounds,
        n: samples.filter(isState).length,
        standardError: standardDeviation(defined),
        undefinedResamples: replicates.length - defined.length,
      };
    },
  };
}

function checkSamples(truth: NDArray, prediction: NDArray): void {
  if (truth.shape[0] === prediction.shape[0]) return;
  throw new RangeError(
    `interval: yTrue and yPred must hold the same samples, got shapes [${truth.shape}] and [${prediction.shape}].`,
  );
}

function sampleOf({ data, shape }: NDArray, i: number): NDArray {
  const size = data.length / shape[0];
  return { data: data.subarray(i * size, (i + 1) * size), shape: [1, ...shape.slice(1)] };
}

function concatenate<V>(a: readonly V[], b: readonly V[]): readonly V[] {
  return [...a, ...b];
}

function isState<S>(state: S | null): state is S {
  return state !== null;
}

function isDefined(value: number): boolean {
  return !Number.isNaN(value);
}

function mergeAll<S>(metric: Metric<S, unknown>, states: readonly S[]): S {
  return states.reduce((merged, state) => metric.merge(merged, state), metric.init());
}

function mergeGroups<S>(
  metric: Metric<S, unknown>,
  samples: readonly (S | null)[],
  groups: readonly (string | number)[],
): S[] {
  if (groups.length !== samples.length) {
    throw new RangeError(
      `interval: groups must name the group of each of ${samples.length} samples, got ${groups.length}.`,
    );
  }
  const merged = new Map<string | number, S>();
  samples.forEach((sample, i) => {
    if (isState(sample)) merged.set(groups[i], metric.merge(merged.get(groups[i]) ?? metric.init(), sample));
  });
  return [...merged.values()];
}

/** For each unit the value of all others, from the states merged before it and after it. */
function leaveOneOut<S>(metric: Metric<S, unknown>, units: readonly S[], evaluate: (state: S) => number): number[] {
  const after = [metric.init()];
  for (const unit of units.toReversed()) after.push(metric.merge(after[after.length - 1], unit));
  let before = metric.init();
  return units.map((unit, i) => {
    const value = evaluate(metric.merge(before, after[units.length - 1 - i]));
    before = metric.merge(before, unit);
    return value;
  });
}
