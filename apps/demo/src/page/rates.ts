import type { Scores } from '../messages';

/** Sensitivity and specificity at a threshold, as the validation has them. */
export function ratesAt({ fpr, tpr, thresholds }: Scores['curve'], threshold: number) {
  const at = thresholds.findLastIndex((score) => score >= threshold);
  return at < 0 ? { sensitivity: 0, specificity: 1 } : { sensitivity: tpr[at], specificity: 1 - fpr[at] };
}
