import type { SplitRecord } from '../records';
import { armOf, inStudies } from './contenders';
import type { Measured } from './measure';
import type { Estimate } from './score-names';

/** How one arm scores with so many labels. */
export interface CountCurve {
  readonly arm: string;
  readonly points: readonly { readonly count: number; readonly estimate: Estimate }[];
}

/** How many masks or classes the training part has: what `null`, all, stands for. */
function countAll(split: SplitRecord | null, study: 'masks' | 'labels'): number | null {
  if (split === null) return null;
  return split.counts
    .filter(({ part }) => part === 'train')
    .reduce((sum, { masks, covid, notCovid }) => sum + (study === 'masks' ? masks : covid + notCovid), 0);
}

/** The curves of a study of the number of labels, with all labels at the end. */
export function readCurves(
  study: 'masks' | 'labels',
  measured: readonly Measured[],
  split: SplitRecord | null,
): CountCurve[] {
  const score = study === 'masks' ? 'dice' : 'auc';
  const curves = new Map<string, { count: number; estimate: Estimate }[]>();
  for (const one of inStudies(measured, study)) {
    const count = one.config[study] ?? countAll(split, study);
    const estimate = one.scores[score];
    if (count === null || estimate === null) continue;
    const arm = armOf(one);
    curves.set(arm, [...(curves.get(arm) ?? []), { count, estimate }]);
  }
  return [...curves].map(([arm, points]) => ({ arm, points: points.sort((a, b) => a.count - b.count) }));
}
