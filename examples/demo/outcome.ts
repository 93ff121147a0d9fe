import type { Difference } from './compare';
import type { ModelSummary, Summary } from './summary';

/** '+1.2' */
export const signed = (points: number): string => `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`;

/** '+1.2 to +7.9' */
const range = ({ low, high }: Difference): string => `${signed(100 * low)} to ${signed(100 * high)}`;

/** '+4.6 (+1.2 to +7.9)', in points; without an interval where there is none. */
export const points = (difference: Difference): string =>
  `${signed(100 * difference.value)}${Number.isNaN(difference.low) ? '' : ` (${range(difference)})`}`;

/** '0.42, 0.51 and 0.53' */
export const listed = (words: readonly string[]): string => new Intl.ListFormat('en-GB').format(words);

/** What sharing did to a score: gained, cost, or that the test images cannot tell. */
function verdict(difference: Difference, score: string, baseline: string): string {
  const { value, low, high } = difference;
  const size = Math.abs(100 * value).toFixed(1);
  const interval = `95 % interval ${range(difference)}`;
  if (low > 0) return `Sharing gained ${size} points of ${score} over ${baseline} (${interval}).`;
  if (high < 0) return `Sharing cost ${size} points of ${score} against ${baseline} (${interval}).`;
  const doubt = Number.isNaN(low) ? 'too few images for an interval' : `${interval}: that may be chance`;
  return `The ${score} is ${size} points ${value < 0 ? 'lower' : 'higher'} than that of ${baseline} (${doubt}).`;
}

const millions = (count: number): string => (count / 1e6).toFixed(2);

/** 'One model of 0.90 million weights does …': what one model costs beside two. */
function price([shared, segmenting, classifying]: readonly ModelSummary[]): string {
  const apart = segmenting.parameters + classifying.parameters;
  const ratio = shared.seconds / (segmenting.seconds + classifying.seconds);
  return (
    `One model of ${millions(shared.parameters)} million weights, which reconstructs too, stands for two of ` +
    `${millions(apart)} million together; its training took ${ratio.toFixed(1)} times as long as theirs.`
  );
}

/** Models whose classes are told apart no better than by chance, as far as the test images show. */
function unlearned(models: readonly ModelSummary[]): string[] {
  const names = models.filter(({ test }) => test.auc !== null && test.auc.low <= 0.5).map(({ name }) => name);
  if (names.length === 0) return [];
  return [`After these steps ${listed(names)} cannot tell the classes apart yet: an AUC of 50 % is a coin's.`];
}

/** The sentences under the table: what sharing gained and cost, by the run's own numbers. */
export function describeOutcome({ models, differences, split, quick }: Summary): string {
  const { dice, auc } = differences;
  const verdicts = [
    ...(auc === null || Number.isNaN(auc.value) ? [] : [verdict(auc, 'AUC', 'the same encoder for the class alone')]),
    ...(dice === null || Number.isNaN(dice.value) ? [] : [verdict(dice, 'Dice', 'the U-Net')]),
  ];
  const [shared, segmenting] = models;
  const sentences = [
    ...verdicts,
    ...unlearned(models),
    price(models),
    `Each made ${shared.seen.steps} steps. Of the ${split.train.masks} training images with a mask the three tasks saw ` +
      `${shared.seen.segmentation} turned and shifted copies, the U-Net ${segmenting.seen.segmentation}.`,
    ...(quick ? ['These are the rough numbers of a quick run; without --quick the models train longer.'] : []),
  ];
  return sentences.join('\n');
}
