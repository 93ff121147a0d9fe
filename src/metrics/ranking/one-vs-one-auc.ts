import { checkChoice } from '../../internal/check';
import { checkOptions } from '../../internal/check-options';
import type { Metric } from '../../types';
import { meanOf } from '../core/average';
import { dividing, type ZeroDivisionOptions } from '../core/divide';
import type { TargetOptions } from '../core/read-targets';
import { area } from './auc';
import { keptScores, type ScoresState } from './kept-scores';
import { rank } from './ranking';

/** Options of {@link oneVsOneAuc}. */
export interface OneVsOneAucOptions extends Pick<TargetOptions, 'classes' | 'ignoreIndex'>, ZeroDivisionOptions {
  /** The mean over the pairs of classes, or weighted by how often either class of a pair is true. Default: `'macro'`. */
  readonly average?: 'macro' | 'weighted' | undefined;
}

/**
 * The area under the ROC curve of several classes by pairs, which does not depend on how frequent the classes are: for
 * each pair, among the cases of these two classes, the mean of the area by the score of the one and by that of the
 * other; then the mean over the pairs.
 *
 * A pair of which a class is never true is left out of the mean.
 *
 * `yTrue`, `yPred`: `[batch, ..., classes]`, or numbers of classes as `yTrue`. Needs `classes`, outside of a trainer.
 * It is scikit-learn's `roc_auc_score(multi_class='ovo')`.
 *
 * Source: Hand and Till, "A simple generalisation of the area under the ROC curve for multiple class classification
 * problems", 2001, doi:10.1023/A:1010920819831.
 *
 * @throws {RangeError} where the shapes do not fit, labels are out of range or values are not finite.
 * @example
 * ```ts
 * import { oneVsOneAuc, score } from 'tfjs-multitask/metrics';
 *
 * await score(oneVsOneAuc({ classes: 2 }), [0, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.8, 0.2]]); // 0.75
 * ```
 */
export function oneVsOneAuc(options: OneVsOneAucOptions = {}): Metric<ScoresState> {
  const name = 'oneVsOneAuc';
  checkOptions(options, ['average', 'classes', 'ignoreIndex', 'zeroDivision'], name);
  const { average = 'macro' } = options;
  checkChoice(average, ['macro', 'weighted'], `${name}: average`);
  const divide = dividing(name, options);
  const traits = { name, axis: ['classes'], direction: 'max', range: [0, 1] } as const;
  return keptScores(traits, options, (state, { classes }) => {
    if (classes === undefined) throw new RangeError(`${name}: give the option classes.`);
    const areas: number[] = [];
    const weights: number[] = [];
    for (let a = 0; a < classes; a++) {
      for (let b = a + 1; b < classes; b++) {
        const [byA, byB] = [rank(casesOf(state, classes, a, b)), rank(casesOf(state, classes, b, a))];
        areas.push((area(byA, divide) + area(byB, divide)) / 2);
        weights.push([...byA.positives, ...byA.negatives].reduce((sum, weight) => sum + weight, 0));
      }
    }
    return meanOf(areas, divide, average === 'weighted' ? weights : undefined);
  });
}

/** The cases of class `positive` and class `negative`, with the scores of the first. */
function casesOf(state: ScoresState, classes: number, positive: number, negative: number): ScoresState {
  const cases: number[] = [];
  for (const rows of state) {
    for (let row = 0; row < rows.length; row += 3 * classes) {
      const isPositive = rows[row + classes + positive];
      if (isPositive === 1 || rows[row + classes + negative] === 1) {
        cases.push(rows[row + positive], isPositive, rows[row + 2 * classes]);
      }
    }
  }
  return [Float64Array.from(cases)];
}
