import { checkInteger } from '../../internal/check';
import { checkArray } from '../../internal/check-kinds';
import { checkOptions } from '../../internal/check-options';
import { readArray } from '../../internal/values';
import type { Values } from '../../types';
import { keptScores } from '../ranking/kept-scores';
import { type Ranking, rank, total } from '../ranking/ranking';
import { percentileBounds } from './bootstrap';
import { type ConfidenceOptions, checkConfidenceLevel } from './confidence';
import { checkResampling, type ResamplingOptions, resampledWeights } from './resampling';

/** Options of {@link rocBand}. */
export interface RocBandOptions extends ConfidenceOptions, ResamplingOptions {
  /** How many false positive rates, evenly from 0 to 1. Default: 101. */
  readonly points?: number | undefined;
}

/** What {@link rocBand} returns: one value of each for every false positive rate. */
export interface RocBand {
  /** False positive rates, 1 - specificity. */
  readonly fpr: readonly number[];
  /** True positive rates (sensitivities), the mean over the scores. */
  readonly tpr: readonly number[];
  /** Of the interval of each true positive rate. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Resamples that lack a class: the band is that of the others. */
  readonly undefinedResamples: number;
}

/**
 * A ROC curve, averaged over several scores of the same cases (such as the seeds of a model), with a bootstrap band
 * over the cases: at each false positive rate the mean of the true positive rates and their percentiles, so that the
 * area under the curve is about the mean AUC.
 *
 * The band holds at each rate by itself, not for the whole curve at once.
 *
 * `yTrue`: 0 or 1, `[batch]`; `scores`: one or more, each as long. Where the curve jumps at a false positive rate, the
 * upper end of the jump counts; between two rates it is interpolated. NaN where a class is missing.
 *
 * Sources: Fawcett, "An introduction to ROC analysis", 2006, doi:10.1016/j.patrec.2005.10.010 (vertical averaging);
 * Macskassy and Provost, "Confidence bands for ROC curves: methods and an empirical study", 2004.
 *
 * @throws {RangeError} where there are no scores, an option is out of range, the shapes do not fit, labels are not 0 or
 * 1 or values are not finite.
 * @example
 * ```ts
 * import { rocBand } from 'tfjs-multitask/metrics';
 *
 * const seeds = [[0.1, 0.4, 0.35, 0.3, 0.8, 0.9], [0.2, 0.3, 0.25, 0.6, 0.7, 0.5]];
 * const groups = ['anna', 'anna', 'ben', 'carl', 'dora', 'emil'];
 * const { fpr, tpr, low, high } = await rocBand([0, 0, 1, 0, 1, 1], seeds, { groups, points: 11 });
 * ```
 */
export async function rocBand(yTrue: Values, scores: readonly Values[], given: RocBandOptions = {}): Promise<RocBand> {
  checkOptions(given, ['confidenceLevel', 'groups', 'points', 'resamples', 'seed'], 'rocBand');
  const { confidenceLevel = 0.95, points = 101, ...options } = given;
  checkConfidenceLevel('rocBand', confidenceLevel);
  checkInteger(points, 2, 'rocBand: points');
  checkArray(scores, 'rocBand: scores');
  if (scores.length === 0) throw new RangeError('rocBand: expected one score of the cases or more, got none.');
  const metric = keptScores({ name: 'rocBand', axis: [] }, {}, (state) => rank(state));
  const truth = await readArray(yTrue, 'rocBand: yTrue');
  const read = await Promise.all(scores.map((each) => readArray(each, 'rocBand: scores')));
  const cases = truth.shape[0] ?? 0;
  const fpr = Array.from({ length: points }, (_, i) => i / (points - 1));
  const meanCurve = async (weights: Float64Array): Promise<number[]> => {
    const curves: number[][] = [];
    for (const each of read) {
      curves.push(verticalCurve(metric.compute(await metric.update(metric.init(), truth, each, weights)), fpr));
    }
    return fpr.map((_, i) => curves.reduce((sum, curve) => sum + curve[i], 0) / curves.length);
  };

  const tpr = await meanCurve(new Float64Array(cases).fill(1));
  checkResampling('rocBand', cases, options);
  const replicates: number[][] = [];
  for (const weights of resampledWeights(cases, options)) replicates.push(await meanCurve(weights));
  const defined = replicates.filter(([first]) => !Number.isNaN(first));
  const bounds = fpr.map((_, i) =>
    percentileBounds(
      Float64Array.from(defined, (curve) => curve[i]),
      confidenceLevel,
    ),
  );
  return {
    fpr,
    tpr,
    low: bounds.map(({ low }) => low),
    high: bounds.map(({ high }) => high),
    undefinedResamples: replicates.length - defined.length,
  };
}

/** The true positive rate at each of `fpr`, which lie evenly from 0 to 1. */
function verticalCurve({ positives, negatives }: Ranking, fpr: readonly number[]): number[] {
  const [allPositives, allNegatives] = [total(positives), total(negatives)];
  if (allPositives === 0 || allNegatives === 0) return fpr.map(() => Number.NaN);
  let [hits, alarms, place] = [0, 0, 0];
  return fpr.map((_, i) => {
    // Not the rate times the negatives, which may round to below a jump.
    const asked = (i * allNegatives) / (fpr.length - 1);
    while (place < positives.length && alarms + negatives[place] <= asked) {
      hits += positives[place];
      alarms += negatives[place++];
    }
    const share = place < positives.length ? (asked - alarms) / negatives[place] : 0;
    return (hits + share * (positives[place] ?? 0)) / allPositives;
  });
}
