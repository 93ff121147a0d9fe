import type { SupervisedLevels } from 'tfjs-multitask/models';

/** What a run of the experiments leaves in its folder, and what the report is made from. Everything is plain JSON. */

export type ExperimentTask = 'reconstruction' | 'segmentation' | 'classification';

/** An encoder of a published network: what it starts from, and what of it trains. */
export interface PretrainedConfig {
  readonly encoder: 'vgg16';
  /** Trained on ImageNet, from a file, or drawn by the seed. */
  readonly weights: 'imagenet' | 'random';
  /** The first epoch in which the stages from `from` on train, at this share of the learning rate; left out: none ever does. */
  readonly fineTune?: { readonly epoch: number; readonly from: number; readonly rate: number };
  /** The classifier's share of the learning rate: it begins as a solution, and sums over a thousand features. */
  readonly classifierRate: number;
}

/** What one run is made of. Two runs with equal configurations give equal numbers on the same backend. */
export interface RunConfig {
  /**
   * What the run belongs to: `experiment-1`, `experiment-2`, `experiment-3`, `masks`, `labels`, `settings`, `source`,
   * ...
   */
  readonly study: string;
  /** What is compared within the study, readable: `T1+T2+T3`, `U-Net`, `skips into reconstruction`, ... */
  readonly arm: string;
  readonly model: 'amyar2020' | 'unet' | 'cnn8';
  /** Takes the place of the model's own encoder; left out: that. */
  readonly pretrained?: PretrainedConfig;
  readonly tasks: readonly ExperimentTask[];
  /** Side of the square input. */
  readonly size: number;
  /** Filters of the U-Net's first level. */
  readonly filters: number;
  readonly norm: 'none' | 'batch' | 'instance' | 'group';
  /** Of the U-Net's blocks. */
  readonly dropout: number;
  readonly reconstructionSkips: boolean;
  readonly augment: boolean;
  readonly lossWeights: { readonly [K in ExperimentTask]?: number };
  /** Images with a mask that a batch has at least, where the model segments and does more; left out: 2. */
  readonly masksPerBatch?: number;
  /** Images without COVID-19 count as images with an empty mask; left out: their masks are unknown. */
  readonly emptyMasks?: boolean;
  /** Decay of the average of the weights that is scored and kept; left out: the weights themselves. */
  readonly averageDecay?: number;
  /** Epochs over which a task's loss comes in, from none of it to all; left out: all of it from the first epoch on. */
  readonly warmUp?: { readonly [K in ExperimentTask]?: number };
  /** Epochs before the others that train on reconstruction alone; left out: none. */
  readonly reconstructionFirst?: number;
  /** Levels of the segmentation's decoder that have a loss, the finest and coarser ones; left out: the finest alone. */
  readonly supervisedLevels?: SupervisedLevels;
  /** Percentiles of an image's intensities that become 0 and 1; left out: the intensities that the file has. */
  readonly window?: readonly [low: number, high: number];
  /** The task by whose validation loss the kept epoch is chosen; left out: by the sum over all tasks. */
  readonly keptBy?: ExperimentTask;
  /** Masks that training may see; null for all. */
  readonly masks: number | null;
  /** Images whose class training may see; null for all. The others take part in reconstruction only. */
  readonly labels: number | null;
  /** What the classifier learns: the disease, or, as a control, the source of the image. */
  readonly target: 'covid' | 'source';
  /** Images of all sources, of one, or those alone that have a label of the run's tasks. */
  readonly images: 'mix' | 'labelled' | string;
  /** The source whose classes are known, so that the source does not tell the class; left out: all. */
  readonly classesOf?: string;
  readonly batch: number;
  readonly learningRate: number;
  readonly epochs: number;
  /** Training steps in an epoch, the same for every model that is compared; null for one pass over its images. */
  readonly stepsPerEpoch: number | null;
  readonly patience: number;
  readonly seed: number;
  /** Fold of the cross-validation; null for the fixed split. */
  readonly fold: number | null;
}

/** `run.json`: what ran, where and how it ended. */
export interface RunInfo {
  /** Name of the folder, unique in the grid. */
  readonly id: string;
  readonly config: RunConfig;
  readonly status: 'complete' | 'failed';
  /** Of a failed run. */
  readonly error?: string;
  /** Commit of the code, with `+` where the tree was changed; null outside a checkout. */
  readonly code: string | null;
  readonly version: string;
  readonly backend: string;
  readonly node: string;
  readonly cpu: string;
  /** SHA-256 of the split file. */
  readonly split: string;
  readonly started: string;
  readonly seconds: number;
  readonly parameters: number;
  /** Epochs that ran, and the one whose weights were kept (counts from 0). */
  readonly epochs: number;
  readonly bestEpoch: number;
}

/** What a model says of one image of the validation or the test part. */
export interface PredictionRecord {
  /** Row of the manifest (`image`). */
  readonly id: string;
  readonly part: 'validation' | 'test';
  readonly source: string;
  /** 1 COVID, 0 not, null unknown; of a source control 1 where the source is the asked one. */
  readonly truth: number | null;
  readonly probability: number | null;
  /** Pixels of the true mask; null without one. */
  readonly lesionPixels: number | null;
  /** At threshold 0.5 and at the threshold chosen on validation; null without mask or segmentation. */
  readonly dice: number | null;
  readonly diceTuned: number | null;
  /** Mean squared error of the reconstruction; null without it. */
  readonly mse: number | null;
}

/** `epochs.json`: one entry an epoch, scores by path (`validation.segmentation.dice`). */
export type EpochRecord = { readonly epoch: number; readonly seconds: number } & {
  readonly [path: string]: number;
};

/** `scores.json`. */
export interface RunScores {
  readonly thresholds: {
    /** Of the mask, that with the best mean Dice on validation; null without segmentation. */
    readonly segmentation: number | null;
    /** Of the class, that with the best Youden index on validation; null without classification. */
    readonly classification: number | null;
  };
  readonly predictions: readonly PredictionRecord[];
}

/**
 * Beside these in a run's folder: `model/` (weights), `checkpoints/` (while it runs), and for the runs that the grid
 * names `gallery/NNN-{image,truth,prediction,reconstruction,cam}.png` with `gallery/gallery.json`.
 */
export interface GalleryItem {
  readonly id: string;
  /** File names within `gallery/`; null where the model or the data has none. */
  readonly image: string;
  readonly truth: string | null;
  readonly prediction: string | null;
  readonly reconstruction: string | null;
  readonly cam: string | null;
  readonly dice: number | null;
  readonly truthClass: number | null;
  readonly probability: number | null;
}

/** `split.json` of the experiment's folder: ids by part, and how it came to be. */
export interface SplitRecord {
  readonly data: string;
  readonly seed: number;
  readonly train: readonly string[];
  readonly validation: readonly string[];
  readonly test: readonly string[];
  /** Near-duplicates and images of one patient that were kept on one side, by id. */
  readonly groups: readonly (readonly string[])[];
  /** Images left out, with the reason. */
  readonly excluded: readonly { readonly id: string; readonly reason: string }[];
  /** Images, COVID / not, and masks of each source in each part. */
  readonly counts: readonly {
    readonly part: 'train' | 'validation' | 'test';
    readonly source: string;
    readonly images: number;
    readonly covid: number;
    readonly notCovid: number;
    readonly masks: number;
  }[];
}

/** One place of a run in a study. A run is trained once and may belong to several studies. */
export interface StudyArm {
  readonly study: string;
  readonly arm: string;
  /** The run's id. */
  readonly run: string;
}

/** `experiment.json` of the experiment's folder: what was asked for, written before the first run. */
export interface ExperimentInfo {
  readonly grid: string;
  /** As typed: the command that remakes everything. */
  readonly command: string;
  /**
   * All runs of the grid, done or not, each once: in `runs/<id>/` of the experiment's folder. The `study` and `arm` of
   * a configuration are those of the first that it belongs to.
   */
  readonly runs: readonly { readonly id: string; readonly config: RunConfig }[];
  /** Every study with its arms: what to compare with what, over seeds, sizes and folds of the runs that they name. */
  readonly arms: readonly StudyArm[];
}
