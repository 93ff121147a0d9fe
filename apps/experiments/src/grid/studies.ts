import type { ExperimentTask, PretrainedConfig, RunConfig } from '../records';
import type { Change, GridScale } from './grid-scale';
import type { StudyName } from './study-name';

/** One arm of a study: a configuration but for what the grid gives. */
type Cell = Pick<RunConfig, 'study' | 'arm' | 'model' | 'tasks' | 'size'> & Partial<Omit<RunConfig, 'seed' | 'fold'>>;

export interface Arm extends Omit<Cell, 'study'> {
  /** Part of the main comparison: run first, with more seeds. */
  readonly main?: true;
}

const T1: ExperimentTask = 'reconstruction';
const T2: ExperimentTask = 'segmentation';
const T3: ExperimentTask = 'classification';

const multitask = (size: number, tasks: readonly ExperimentTask[] = [T1, T2, T3]): Arm => ({
  arm: tasks.map((task) => `T${[T1, T2, T3].indexOf(task) + 1}`).join('+'),
  model: 'amyar2020',
  tasks,
  size,
});
const unet = (size: number): Arm => ({ arm: 'U-Net', model: 'unet', tasks: [T2], size });
const cnn8 = (size: number): Arm => ({ arm: 'CNN', model: 'cnn8', tasks: [T3], size });
const main = (arm: Arm): Arm => ({ ...arm, main: true });

/** One change at a time from the three-task model as a grid has it. */
export const CHANGES: readonly Change[] = [
  { arm: 'no skips into reconstruction', reconstructionSkips: false },
  { arm: 'no augmentation', augment: false },
  { arm: 'reconstruction x 0.1', lossWeights: { reconstruction: 0.1 } },
  { arm: 'segmentation x 3', lossWeights: { segmentation: 3 } },
  { arm: 'classification x 0.1', lossWeights: { classification: 0.1 } },
  { arm: 'batches of 8, four masks', batch: 8, masksPerBatch: 4 },
  { arm: 'dropout 0.2', dropout: 0.2 },
  { arm: 'no norm', norm: 'none' },
  { arm: 'instance norm', norm: 'instance' },
  { arm: 'averaged weights', averageDecay: 0.99 },
  { arm: 'the class comes in over 10 epochs', warmUp: { classification: 10 } },
  { arm: 'reconstruction alone for 5 epochs', reconstructionFirst: 5 },
  { arm: 'the same, no skips into it', reconstructionFirst: 5, reconstructionSkips: false },
  { arm: 'deep supervision', supervisedLevels: 3 },
  { arm: 'windows by percentiles', window: [1, 99] },
  { arm: 'kept by the segmentation', keptBy: 'segmentation' },
];

/** Models on one published encoder, alike in all but their tasks. */
function onPublished(
  { pretrained: plan, base }: GridScale,
  mixedSource: string | null,
  { size, fineTuned, times = 1 }: { readonly size: number; readonly fineTuned: boolean; readonly times?: 1 | 2 },
): Arm[] {
  if (plan === undefined) return [];
  const { fineTune, ...rest } = { ...plan.all.pretrained, fineTune: plan.fineTune } as PretrainedConfig;
  const pretrained = fineTuned ? { ...rest, fineTune } : rest;
  const shared = { ...plan.all, pretrained, ...(mixedSource === null ? {} : { classesOf: mixedSource }) };
  const longer = times === 1 ? {} : { epochs: times * base.epochs };
  const name = `on ${fineTuned ? '' : 'frozen '}VGG16${times === 1 ? '' : ', twice the epochs'}`;
  const arms: Arm[] = [{ ...multitask(size), ...plan.three }, unet(size), cnn8(size)];
  return arms.map((arm) => ({ ...shared, ...longer, ...arm, arm: `${arm.arm} ${name}` }));
}

/** The studies, the most important first: the arms of each, for a grid's scale. */
export const STUDIES: Readonly<Record<StudyName, (scale: GridScale, mixedSource: string | null) => readonly Arm[]>> = {
  'experiment-1': ({ sizes: [small, large] }) =>
    [large, small].flatMap((size) => [
      multitask(size),
      multitask(size, [T1, T2]),
      multitask(size, [T1, T3]),
      multitask(size, [T2, T3]),
    ]),
  'experiment-2': ({ sizes: [small, large] }) => [
    main(multitask(large)),
    main(unet(large)),
    multitask(small),
    unet(small),
  ],
  'experiment-3': ({ sizes: [small, large] }) => [
    main(multitask(large)),
    main(cnn8(large)),
    multitask(small),
    cnn8(small),
  ],
  masks: ({ sizes: [, size], masks }) =>
    [...masks, null].flatMap((count) => [
      { ...multitask(size), masks: count },
      { ...multitask(size, [T1, T2]), masks: count },
      { ...unet(size), masks: count },
    ]),
  labels: ({ sizes: [, size], labels }) =>
    [...labels, null].flatMap((count) => [
      { ...multitask(size), labels: count },
      { ...cnn8(size), labels: count },
    ]),
  'covid-ct': ({ sizes: [, size] }, mixedSource) =>
    mixedSource === null
      ? []
      : [
          { ...multitask(size, [T1, T3]), images: mixedSource },
          { ...cnn8(size), images: mixedSource },
        ],
  source: ({ sizes: [, size] }, mixedSource) => (mixedSource === null ? [] : [{ ...cnn8(size), target: 'source' }]),
  settings: ({ sizes: [small, large], settingsAt, changes }) => {
    const start = multitask(settingsAt === 'small' ? small : large);
    return [{ ...start, arm: 'as in the comparison' }, ...changes.map((change) => ({ ...start, ...change }))];
  },
  tuned: ({ sizes: [, large], tuned: { all, three, masks, larger } }) => {
    const apart = (size: number, count: number | null): Arm[] => [
      { ...multitask(size), ...all, ...three, arm: 'T1+T2+T3, tuned', masks: count },
      { ...unet(size), ...all, arm: 'U-Net, tuned', masks: count },
    ];
    const cnn = (size: number): Arm => ({ ...cnn8(size), ...all, arm: 'CNN, tuned' });
    return [
      ...[null, ...masks].flatMap((count) => apart(large, count)),
      cnn(large),
      ...(larger === undefined ? [] : [...apart(larger, null), cnn(larger)]),
    ];
  },
  pretrained: (scale, mixed) => onPublished(scale, mixed, { size: scale.sizes[0], fineTuned: true }),
  'pretrained-large': (scale, mixed) => onPublished(scale, mixed, { size: scale.sizes[1], fineTuned: true }),
  'pretrained-longer': (scale, mixed) => onPublished(scale, mixed, { size: scale.sizes[0], fineTuned: true, times: 2 }),
  frozen: (scale, mixed) => onPublished(scale, mixed, { size: scale.sizes[0], fineTuned: false }),
};
