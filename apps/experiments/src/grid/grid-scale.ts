import type { SplitOptions } from '../images/split';
import type { PretrainedConfig, RunConfig } from '../records';
import type { StudyName } from './study-name';

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
  /** Models on an encoder of a published network; left out: none. */
  readonly pretrained?: {
    readonly all: Partial<RunConfig>;
    readonly three: Partial<RunConfig>;
    /** The first epoch with an encoder that trains, from which stage and at which share of the rate. */
    readonly fineTune: NonNullable<PretrainedConfig['fineTune']>;
  };
  /** The studies of the grid; left out: all. */
  readonly studies?: readonly StudyName[];
  /** What becomes of COVID-CT's official lists; left out: halved. */
  readonly official?: SplitOptions['official'];
}
