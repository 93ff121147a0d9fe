import { checkChoice, checkInteger } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import { highest } from '../../internal/highest';
import type { Metric } from '../../types';
import { checkProbabilities } from '../core/read-pair';
import { eachCase, eachValue, type TargetOptions } from '../core/read-targets';
import { PROBABILITIES } from '../core/readings';
import { type TargetTraits, targetMetric } from '../core/target-metric';

/** Options of {@link calibrationError} and {@link calibrationCurve}. */
export interface CalibrationOptions extends TargetOptions {
  /** Bins of equal width in [0, 1]. Default: 15. */
  readonly bins?: number | undefined;
  /** Mean gap (`'l1'`), root of the mean squared gap (`'l2'`) or largest gap (`'max'`). Default: `'l1'`. */
  readonly gapNorm?: 'l1' | 'l2' | 'max' | undefined;
}

/** For each bin the weight, the sum of the confidences and the weight of the hits. */
export type CalibrationState = Float64Array;

/**
 * The expected calibration error: how far the predicted probabilities lie from the observed frequencies.
 *
 * Over bins b of the probability, with the mean prediction c_b, the observed frequency o_b and the share p_b of the
 * cases, sum of p_b |c_b - o_b|. With `classes` it looks at the highest probability and how often that class is right;
 * with `labels` each value is a case.
 *
 * `yTrue`, `yPred`: `[batch, ...]`, probabilities. Bins are [k / bins, (k + 1) / bins), the last one closed. NaN
 * without cases. A state holds the sums of each bin, so merging is exact.
 *
 * Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", 2015,
 * doi:10.1609/aaai.v29i1.9602.
 *
 * @throws {RangeError} where `bins` is not a positive integer, the shapes do not fit, labels are out of range or
 * `yPred` is not in [0, 1].
 * @example
 * ```ts
 * import { calibrationError, score } from 'tfjs-multitask/metrics';
 *
 * await score(calibrationError({ bins: 2 }), [0, 1, 1, 1], [0.2, 0.4, 0.8, 0.9]); // 0.175: (0.2 + 0.15) / 2
 * ```
 */
export function calibrationError(options: CalibrationOptions = {}): Metric<CalibrationState> {
  checkOptions(options, ['bins', 'classes', 'gapNorm', 'ignoreIndex', 'labels'], 'calibrationError');
  const { gapNorm = 'l1' } = options;
  checkChoice(gapNorm, ['l1', 'l2', 'max'], 'calibrationError: gapNorm');
  const traits = { name: 'calibrationError', direction: 'min', range: [0, 1] } as const;
  return binnedConfidence(traits, options, (state) => errorOf(state, gapNorm));
}

/** A metric that is a function of the cases by bins of their probability. */
export function binnedConfidence<R>(
  traits: TargetTraits,
  given: Omit<CalibrationOptions, 'gapNorm'>,
  compute: (state: CalibrationState) => R,
): Metric<CalibrationState, R> {
  const { name } = traits;
  const { bins = 15 } = given;
  checkInteger(bins, 1, `${name}: bins`);
  return targetMetric({ ...traits, ...PROBABILITIES }, given, ({ classes }) => ({
    init: () => new Float64Array(3 * bins),
    add(state, targets) {
      checkProbabilities(name, targets);
      const { width, yTrue, yPred } = targets;
      const next = Float64Array.from(state);
      const count = (i: number, weight: number) => {
        const bin = 3 * binOf(yPred[i], bins);
        next[bin] += weight;
        next[bin + 1] += weight * yPred[i];
        next[bin + 2] += weight * yTrue[i];
      };
      if (classes === undefined) eachValue(targets, count);
      else eachCase(targets, (at, weight) => count(at + highest(yPred, at, width), weight));
      return next;
    },
    merge: (a, b) => a.map((value, i) => value + b[i]),
    compute,
  }));
}

function errorOf(state: CalibrationState, gapNorm: 'l1' | 'l2' | 'max'): number {
  let cases = 0;
  let sum = 0;
  let largest = 0;
  for (let bin = 0; bin < state.length; bin += 3) {
    const [weight, confidence, hits] = state.subarray(bin, bin + 3);
    if (weight === 0) continue;
    const gap = Math.abs(confidence - hits) / weight;
    cases += weight;
    sum += weight * (gapNorm === 'l2' ? gap * gap : gap);
    largest = Math.max(largest, gap);
  }
  if (cases === 0) return Number.NaN;
  if (gapNorm === 'max') return largest;
  return gapNorm === 'l2' ? Math.sqrt(sum / cases) : sum / cases;
}

/** The product may round across an edge, so the edges decide. */
function binOf(probability: number, bins: number): number {
  const bin = Math.min(Math.floor(probability * bins), bins - 1);
  if (probability < bin / bins) return bin - 1;
  return bin < bins - 1 && probability >= (bin + 1) / bins ? bin + 1 : bin;
}
