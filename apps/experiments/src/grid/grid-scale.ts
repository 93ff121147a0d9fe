import type { RunConfig } from '../records';

/** What one arm of the settings study changes. */
export type Change = Partial<RunConfig> & { readonly arm: string };

/** What a grid is made of besides its studies. */
export interface GridScale {
  /** The small and the large size of the two that the paper compares; the same twice for one. */
  readonly sizes: readonly [small: number, large: number];
  readonly base: Omit<RunConfig, 'study' | 'arm' | 'model' | 'tasks' | 'size' | 'seed' | 'fold'>;
  /** Epochs and images a CNN for classification alone is given, where not those of the others. */
  readonly cnn?: Partial<RunConfig>;
  /** Seeds of the main comparison, and of the other cells. */
  readonly seeds: { readonly main: number; readonly other: number };
  readonly masks: readonly number[];
  readonly labels: readonly number[];
  /** What the settings study changes, one at a time, and whether at the small size or at the large. */
  readonly changes: readonly Change[];
  readonly settingsAt: 'small' | 'large';
  /** What the validation images of the settings study speak for: in all models, and in the three-task model besides. */
  readonly tuned: {
    readonly all: Partial<RunConfig>;
    readonly three: Partial<RunConfig>;
    readonly masks: readonly number[];
    /** A size above the two, where what was tuned is also compared. */
    readonly larger?: number;
  };
}
