/** What the report says of a contender, each from 0 to 1 but for the mean squared error. */
const SCORE_NAMES = [
  'dice',
  'diceTuned',
  'accuracy',
  'sensitivity',
  'specificity',
  'auc',
  'averagePrecision',
  'youdenAccuracy',
  'youdenSensitivity',
  'youdenSpecificity',
  'specificSensitivity',
  'specificSpecificity',
  'brier',
  'calibrationError',
  'mse',
  'flipsDice',
  'flipsAuc',
] as const;

export type ScoreName = (typeof SCORE_NAMES)[number];

/** A score of several seeds. */
export interface Estimate {
  /** In the order of the seeds. */
  readonly perSeed: readonly number[];
  readonly mean: number;
  /** Over the seeds; null for one. */
  readonly sd: number | null;
  readonly min: number;
  readonly max: number;
  /** The 95 % bootstrap interval of the mean over the images; null where it was not asked for or is not defined. */
  readonly low: number | null;
  readonly high: number | null;
  /** Images that it rests on. */
  readonly n: number;
}

export type Scores = Readonly<Record<ScoreName, Estimate | null>>;
