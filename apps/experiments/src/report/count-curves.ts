import type { SplitRecord } from '../records';
import { armOf, inStudies } from './contenders';
import type { Measured } from './measure';
import type { Estimate } from './score-names';

/** How one arm scores with so many labels. */
export interface CountCurve {
  readonly arm: string;
  readonly points: readonly { readonly count: number; readonly estimate: Estimate }[];
}

/** How many masks or classes the training part has, on average over folds: what `null`, all, stands for. */
function countAll(splits: readonly SplitRecord[], study: 'masks' | 'labels'): number | null {
  if (splits.length === 0) return null;
  const total = splits
    .flatMap(({ counts }) => counts)
    .filter(({ part }) => part === 'train')
    .reduce((sum, { masks, covid, notCovid }) => sum + (study === 'masks' ? masks : covid + notCovid), 0);
  return Math.round(total / splits.length);
}

/** The curves of a study of the number of labels, with all labels at the end. */
export function readCurves(
  study: 'masks' | 'labels',
  measured: readonly Measured[],
  splits: readonly SplitRecord[],
): CountCurve[] {
  const score = study === 'masks' ? 'dice' : 'auc';
  const curves = new Map<string, { count: number; estimate: Estimate }[]>();
  for (const one of inStudies(measured, study)) {
    const count = one.config[study] ?? countAll(splits, study);
    const estimate = one.scores[score];
    if (count === null || estimate === null) continue;
    const arm = armOf(one);
    curves.set(arm, [...(curves.get(arm) ?? []), { count, estimate }]);
  }
  return [...curves].map(([arm, points]) => ({ arm, points: points.sort((a, b) => a.count - b.count) }));
}
