import { checkEach } from './read-pair';
import type { TargetOptions, Targets } from './read-targets';

/** Options of metrics that decide by a threshold or by the highest score. */
export interface DecisionOptions extends TargetOptions {
  /**
   * A score at or above it is positive, as in `roc`. Keras and torchmetrics differ for a score that equals the
   * threshold: they call it negative. Among `classes` the highest score wins, the first of several. Default: 0.5, which
   * only probabilities may be compared with: scores outside [0, 1] are refused.
   */
  readonly threshold?: number | undefined;
}

/** Rounding on a GPU may put a softmax past 1 by as much. */
const ROUNDING = 1e-6;

export function checkDecisions(name: string, { classes, threshold }: DecisionOptions): void {
  if (threshold === undefined) return;
  if (classes !== undefined) {
    throw new RangeError(`${name}: threshold has no meaning with classes, where the highest score wins.`);
  }
  if (typeof threshold !== 'number' || Number.isNaN(threshold)) {
    throw new RangeError(`${name}: threshold must be a number, got ${threshold}.`);
  }
}

/**
 * The cut-off for what `targets` hold: a score at or above it is positive, as in a ROC curve, so that a threshold
 * read off a curve reproduces the curve's point. Rounded to 32 bits where the scores are, so that tensors and arrays
 * agree.
 *
 * @throws {RangeError} where the default threshold meets what are no probabilities.
 */
export function cutOff(name: string, { threshold }: DecisionOptions, targets: Targets): number {
  if (threshold === undefined) {
    const isShare = (score: number) => score >= -ROUNDING && score <= 1 + ROUNDING;
    const must = 'lie in [0, 1] for the default threshold of 0.5 (of logits, give their sigmoid or threshold: 0)';
    checkEach(targets, targets.yPred, `${name}: yPred`, isShare, must);
  }
  const cut = threshold ?? 0.5;
  return targets.yPred instanceof Float32Array ? Math.fround(cut) : cut;
}
