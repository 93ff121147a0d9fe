import { checkOptions } from '../../internal/check-options';
import { erfc, normalQuantile } from '../../internal/normal';
import type { Values } from '../../types';
import { eachScore, keptScores } from '../ranking/kept-scores';
import { rank } from '../ranking/ranking';
import { type ConfidenceOptions, checkConfidenceLevel } from './confidence';
import { components, varianceOfMean } from './delong';

/** What {@link delongTest} finds; NaN where it cannot tell. */
export interface DelongTestResult {
  readonly aucA: number;
  readonly aucB: number;
  /** aucA - aucB. */
  readonly difference: number;
  readonly standardError: number;
  /** The interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** difference / standardError; 0 where both are 0. */
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * DeLong's test of whether two scores of the same cases have the same AUC. z = (aucA - aucB) / standard error, where
 * the variance is that of the paired differences of the structural components; p from the normal distribution.
 *
 * `yTrue`: 0 or 1, `a`, `b`: scores, all of one shape `[batch, ...]`; the cases must be independent. With fewer than
 * two of either class the test is NaN.
 *
 * Sources: DeLong, DeLong, Clarke-Pearson, 1988, doi:10.2307/2531595; Sun and Xu, 2014, doi:10.1109/LSP.2014.2337313.
 *
 * @throws {RangeError} where `confidenceLevel` is not in (0, 1), the shapes do not fit, labels are not 0 or 1 or values
 * are not finite.
 * @example
 * ```ts
 * import { delongTest } from 'tfjs-multitask/metrics';
 *
 * const [a, b] = [[0.1, 0.4, 0.35, 0.3, 0.8, 0.9], [0.2, 0.3, 0.25, 0.6, 0.7, 0.5]];
 * const { difference, p } = await delongTest([0, 0, 1, 0, 1, 1], a, b);
 * ```
 */
export async function delongTest(
  yTrue: Values,
  a: Values,
  b: Values,
  options: ConfidenceOptions = {},
): Promise<DelongTestResult> {
  checkOptions(options, ['confidenceLevel'], 'delongTest');
  const { confidenceLevel = 0.95 } = options;
  checkConfidenceLevel('delongTest', confidenceLevel);
  const [ofA, ofB] = await Promise.all([
    caseComponents('delongTest (a)', yTrue, a),
    caseComponents('delongTest (b)', yTrue, b),
  ]);
  const difference = ofA.auc - ofB.auc;
  const standardError = Math.sqrt(
    varianceOfMean(ofA.ofPositives.map((value, i) => value - ofB.ofPositives[i])) +
      varianceOfMean(ofA.ofNegatives.map((value, i) => value - ofB.ofNegatives[i])),
  );
  const z = difference === 0 && standardError === 0 ? 0 : difference / standardError;
  const margin = normalQuantile((1 + confidenceLevel) / 2) * standardError;
  return {
    aucA: ofA.auc,
    aucB: ofB.auc,
    difference,
    standardError,
    low: difference - margin,
    high: difference + margin,
    z,
    p: erfc(Math.abs(z) / Math.SQRT2),
  };
}

/** The structural components of each positive and each negative, in the order of the cases. */
async function caseComponents(name: string, yTrue: Values, scores: Values) {
  const metric = keptScores({ name, axis: [] }, {}, (state) => state);
  const state = await metric.update(metric.init(), yTrue, scores);
  const ranking = rank(state);
  const places = new Map(Array.from(ranking.scores, (score, place) => [score, place]));
  const { auc, ofPositives, ofNegatives } = components(ranking);
  const cases = { auc, ofPositives: [] as number[], ofNegatives: [] as number[] };
  eachScore(state, 1, 0, 1, (score, label) => {
    const place = places.get(score) as number;
    if (label) cases.ofPositives.push(ofPositives[place]);
    else cases.ofNegatives.push(ofNegatives[place]);
  });
  return cases;
}
