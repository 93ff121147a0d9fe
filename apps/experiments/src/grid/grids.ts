import type { ExperimentTask, PretrainedConfig, RunConfig, StudyArm } from '../records';
import type { Change, GridScale } from './grid-scale';
import { CHANGES, STUDIES } from './studies';
import type { StudyName } from './study-name';

export type GridName = 'quick' | 'paper' | 'pretrained' | 'tiny';

const EMPTY_MASKS: Change = { arm: 'empty masks without COVID-19', emptyMasks: true };

/** All that training can do besides, so that the tiny grid has passed through it. */
const EVERYTHING: Change = {
  arm: 'tasks one after the other, deep supervision, windows',
  warmUp: { classification: 1 },
  reconstructionFirst: 1,
  supervisedLevels: 2,
  window: [1, 99],
  keptBy: 'segmentation',
};

const COMMON = {
  dropout: 0,
  reconstructionSkips: true,
  augment: true,
  lossWeights: {},
  masks: null,
  labels: null,
  target: 'covid',
  images: 'mix',
  batch: 4,
} as const;

const LONGER = { arm: 'twice the epochs', epochs: 40, patience: 16 };
const LONGER_AND_AVERAGED = { epochs: 40, patience: 16, averageDecay: 0.99 };
const MORE_MASKS = { batch: 8, masksPerBatch: 4 };

/** Models on VGG16, whose encoder trains with the rest from the second epoch on. */
const onVgg16 = (weights: PretrainedConfig['weights'], averageDecay: number): NonNullable<GridScale['pretrained']> => ({
  all: { images: 'labelled', averageDecay, pretrained: { encoder: 'vgg16', weights, classifierRate: 0.005 } },
  three: { lossWeights: { segmentation: 3 } },
  fineTune: { epoch: 1, from: 4, rate: 0.01 },
});

export const GRIDS: Readonly<Record<GridName, GridScale>> = {
  paper: {
    sizes: [256, 512],
    base: { ...COMMON, filters: 64, norm: 'none', learningRate: 1e-4, epochs: 500, stepsPerEpoch: null, patience: 35 },
    cnn: { epochs: 1500 },
    seeds: { main: 5, other: 1 },
    masks: [5, 10, 20, 50],
    labels: [50, 100, 200, 400],
    changes: [...CHANGES, EMPTY_MASKS],
    settingsAt: 'small',
    tuned: { all: { averageDecay: 0.999 }, three: { lossWeights: { segmentation: 3 } }, masks: [5] },
  },
  quick: {
    sizes: [32, 64],
    base: { ...COMMON, filters: 8, norm: 'batch', learningRate: 1e-3, epochs: 20, stepsPerEpoch: 60, patience: 8 },
    seeds: { main: 5, other: 2 },
    masks: [5, 10, 20],
    labels: [50, 200],
    changes: [
      ...CHANGES,
      LONGER,
      {
        arm: 'the four that help on validation',
        ...LONGER_AND_AVERAGED,
        ...MORE_MASKS,
        lossWeights: { segmentation: 3 },
      },
      { arm: 'U-Net, tuned likewise', model: 'unet', tasks: ['segmentation'], ...LONGER_AND_AVERAGED, batch: 8 },
    ],
    settingsAt: 'small',
    tuned: { all: LONGER_AND_AVERAGED, three: { lossWeights: { segmentation: 3 } }, masks: [5], larger: 128 },
  },
  pretrained: {
    sizes: [224, 320],
    base: { ...COMMON, filters: 16, norm: 'batch', learningRate: 3e-3, epochs: 5, stepsPerEpoch: 40, patience: 5 },
    seeds: { main: 2, other: 2 },
    masks: [],
    labels: [],
    changes: [],
    settingsAt: 'small',
    tuned: { all: {}, three: {}, masks: [] },
    pretrained: onVgg16('imagenet', 0.97),
    studies: ['pretrained', 'pretrained-longer', 'pretrained-large', 'frozen'],
    official: 'test',
  },
  tiny: {
    sizes: [32, 32],
    base: { ...COMMON, filters: 4, norm: 'batch', learningRate: 1e-3, epochs: 2, stepsPerEpoch: 2, patience: 2 },
    seeds: { main: 1, other: 1 },
    masks: [3],
    labels: [12],
    changes: [EMPTY_MASKS, EVERYTHING],
    settingsAt: 'small',
    tuned: { all: { averageDecay: 0.9 }, three: { lossWeights: { segmentation: 3 } }, masks: [] },
    pretrained: onVgg16('random', 0.9),
    studies: (Object.keys(STUDIES) as StudyName[]).filter((study) => !['frozen', 'pretrained-longer'].includes(study)),
  },
};

/** What may be asked of a grid. */
export interface GridOptions {
  readonly only?: readonly StudyName[];
  /** Seeds of every cell, instead of the grid's own. */
  readonly seeds?: number;
  /** Folds of a cross-validation instead of the fixed split; each cell is then run once a fold. */
  readonly folds?: number;
  /** The source that has images of both classes; null where none has. */
  readonly mixedSource: string | null;
}

export interface Grid {
  readonly runs: readonly RunConfig[];
  /** `run` is the place in `runs`. */
  readonly arms: readonly (Omit<StudyArm, 'run'> & { readonly run: number })[];
}

/** What of a configuration makes no difference to its model is set to one value, so that equal runs are equal. */
function normalise(config: RunConfig): RunConfig {
  const has = (task: ExperimentTask): boolean => config.tasks.includes(task);
  const own = <V>(byTask: { readonly [K in ExperimentTask]?: V }) =>
    Object.fromEntries(Object.entries(byTask).filter(([task]) => has(task as ExperimentTask)));
  const { masksPerBatch, emptyMasks, warmUp, reconstructionFirst, supervisedLevels, keptBy, ...rest } = config;
  const several = config.tasks.length > 1;
  const empty = has('segmentation') && emptyMasks === true;
  const mixes = has('segmentation') && (several || empty) && masksPerBatch !== undefined;
  const warms = warmUp !== undefined && several && Object.keys(own(warmUp)).length > 0;
  return {
    ...rest,
    ...(mixes ? { masksPerBatch } : {}),
    ...(empty ? { emptyMasks } : {}),
    ...(warms ? { warmUp: own(warmUp) } : {}),
    ...(has('reconstruction') && several && reconstructionFirst ? { reconstructionFirst } : {}),
    ...(has('segmentation') && supervisedLevels ? { supervisedLevels } : {}),
    ...(keptBy !== undefined && several && has(keptBy) ? { keptBy } : {}),
    reconstructionSkips: has('reconstruction') ? config.reconstructionSkips : true,
    lossWeights: own(config.lossWeights),
    masks: has('segmentation') ? config.masks : null,
    labels: has('classification') ? config.labels : null,
  };
}

/** What makes a run: everything but where it stands. */
export function identityOf({ study: _study, arm: _arm, ...identity }: RunConfig): string {
  const sorted = (value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, sorted(inner)]),
        )
      : value;
  return JSON.stringify(sorted(identity));
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Every run of a grid once, the most important first, and the studies that it belongs to. */
export function declareGrid(name: GridName, { only, seeds, folds, mixedSource }: GridOptions): Grid {
  const scale = GRIDS[name];
  const entries = (Object.entries(STUDIES) as [StudyName, (typeof STUDIES)[StudyName]][])
    .filter(([study]) => (only ?? scale.studies ?? [study]).includes(study))
    .flatMap(([study, armsOf]) =>
      armsOf(scale, mixedSource).flatMap(({ main, ...arm }) =>
        range(seeds ?? scale.seeds[main ? 'main' : 'other']).flatMap((i) =>
          (folds === undefined ? [null] : range(folds)).map((fold) => ({
            main,
            cell: { ...arm, study },
            seed: i + 1,
            fold,
          })),
        ),
      ),
    );
  const order = Object.keys(STUDIES);
  const rank = ({ main, cell }: (typeof entries)[number]): number => (main ? -1 : order.indexOf(cell.study));
  entries.sort((a, b) => rank(a) - rank(b) || a.seed - b.seed);

  const places = new Map<string, number>();
  const runs: RunConfig[] = [];
  const arms = entries.map(({ cell, seed, fold }) => {
    const own = cell.model === 'cnn8' ? { ...scale.base, ...scale.cnn } : scale.base;
    const config = normalise({ ...own, ...cell, seed, fold });
    const identity = identityOf(config);
    const run = places.get(identity) ?? runs.push(config) - 1;
    places.set(identity, run);
    return { study: cell.study, arm: cell.arm, run };
  });
  return { runs, arms };
}
