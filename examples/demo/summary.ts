import type { Differences } from './compare';
import type { LabelCounts } from './label-counter';
import type { TestScores } from './score-contender';

export interface ModelSummary {
  readonly name: string;
  readonly tasks: readonly string[];
  readonly inputSize: number;
  readonly parameters: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly backend: string;
  /** Steps, and how many samples with a label of each task they held. */
  readonly seen: LabelCounts & { readonly steps: number };
  /** The probability from which on an image counts as positive, chosen on the validation images. */
  readonly threshold: number | null;
  readonly test: TestScores;
}

/** What a run with one seed came to: `results.json`. */
export interface Summary {
  readonly data: string;
  readonly seed: number;
  readonly quick: boolean;
  readonly split: Readonly<Record<'train' | 'validation' | 'test', Record<'images' | 'masks' | 'classes', number>>>;
  readonly models: readonly ModelSummary[];
  readonly differences: Differences;
}
