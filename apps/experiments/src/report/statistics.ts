import { rankedAuc } from './ranked-auc';
import type { TestCase } from './replicates';

/** A score of weighted cases: NaN where they do not define it. */
export type Weighted = (weights: ArrayLike<number>) => number;

/** The share of a sum: sum of w_i values_i / sum of w_i over the cases that have a value. */
export function weightedMean(values: readonly (number | null)[]): Weighted {
  return (weights) => {
    let sum = 0;
    let count = 0;
    values.forEach((value, i) => {
      if (value === null) return;
      sum += weights[i] * value;
      count += weights[i];
    });
    return sum / count;
  };
}

type Read = (one: TestCase) => number | null;

const ifKnown =
  (read: (truth: number, probability: number) => number | null): Read =>
  ({ truth, probability }) =>
    truth === null || probability === null ? null : read(truth, probability);

const decided =
  (decide: (one: TestCase) => boolean | null, among: (truth: number) => boolean): Read =>
  (one) => {
    const decision = decide(one);
    return decision === null || one.truth === null || !among(one.truth) ? null : Number(decision === (one.truth === 1));
  };

const atHalf = ({ probability }: TestCase): boolean | null => (probability === null ? null : probability >= 0.5);
const atYouden = ({ atYouden }: TestCase): boolean | null => atYouden;
const atSpecificity = ({ atSpecificity }: TestCase): boolean | null => atSpecificity;
const any = (): boolean => true;
const positive = (truth: number): boolean => truth === 1;
const negative = (truth: number): boolean => truth === 0;
const hasLesion = ({ lesionPixels }: TestCase): boolean => (lesionPixels ?? 0) > 0;

/** What each image adds to a score that is a mean over images. */
export const MEANS = {
  dice: (one) => (hasLesion(one) ? one.dice : null),
  diceTuned: (one) => (hasLesion(one) ? one.diceTuned : null),
  accuracy: decided(atHalf, any),
  sensitivity: decided(atHalf, positive),
  specificity: decided(atHalf, negative),
  youdenAccuracy: decided(atYouden, any),
  youdenSensitivity: decided(atYouden, positive),
  youdenSpecificity: decided(atYouden, negative),
  specificSensitivity: decided(atSpecificity, positive),
  specificSpecificity: decided(atSpecificity, negative),
  brier: ifKnown((truth, probability) => (probability - truth) ** 2),
  mse: ({ mse }) => mse,
} as const satisfies Record<string, Read>;

/** The area under the ROC curve of the cases with a known class. */
export function aucOf(cases: readonly TestCase[]): Weighted {
  return rankedAuc(
    cases.map(({ truth, probability }) => (probability === null ? null : truth)),
    cases.map(({ probability }) => probability ?? 0),
  );
}
