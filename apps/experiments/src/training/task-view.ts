import type { Dataset, Row, Sample } from 'tfjs-multitask';
import { random } from 'tfjs-multitask/data';
import { findMixedSource, type Images } from '../images/images';
import { PARTS, type Part } from '../images/split';
import type { ExperimentTask, RunConfig, SplitRecord } from '../records';

/** The images of a run: its own labels, and the rows of each part. */
export interface TaskView {
  readonly dataset: Dataset<ExperimentTask>;
  /** Where they come from, with all labels. */
  readonly images: Images;
  readonly parts: Readonly<Record<Part, readonly number[]>>;
  /** Whether an image's mask was drawn, not taken to be empty. */
  hasDrawnMask(index: number): boolean;
  /** The patient or group of near-duplicates that an image belongs to. */
  groupOf(index: number): string;
  /** 1 or 0 as the run asks it of the classifier; null where it is not known. */
  truthOf(index: number): number | null;
}

/** The first `count` of a seeded order: fewer are always among more. */
function choose(indices: readonly number[], count: number | null, seed: number, what: string): Set<number> {
  if (count === null) return new Set(indices);
  return new Set(
    random(seed, what)
      .shuffle([...indices])
      .slice(0, count),
  );
}

/**
 * What a run gets to see: the images that it asks for; in training, so many masks and so many classes of them, half of
 * each class; where it asks for them, empty masks of images without COVID-19; as class the disease or, for the control,
 * whether the image comes from the source that has both classes.
 */
export function viewFor(all: Images, split: SplitRecord, config: RunConfig): TaskView {
  const { dataset, infos } = all;
  const { tasks, images, masks, labels, target, seed, emptyMasks = false, size, classesOf } = config;
  const source = findMixedSource(infos);
  const truthOf = (i: number): number | null => {
    if (target === 'source') return Number(infos[i].source === source);
    return classesOf === undefined || infos[i].source === classesOf ? infos[i].covid : null;
  };
  const groups = new Map(split.groups.flatMap((ids, number) => ids.map((id) => [id, `group ${number}`] as const)));
  const places = new Map(infos.map(({ id }, i) => [id, i]));
  const isAsked = (i: number): boolean => {
    if (images !== 'labelled') return images === 'mix' || infos[i].source === images;
    const classified = tasks.includes('classification') && truthOf(i) !== null;
    return classified || (tasks.includes('segmentation') && infos[i].mask);
  };
  const indicesOf = (part: Part): number[] => split[part].map((id) => places.get(id) as number).filter(isAsked);
  const parts = Object.fromEntries(PARTS.map((part) => [part, indicesOf(part)])) as Record<Part, number[]>;
  const known = (truth: number): number[] => parts.train.filter((i) => truthOf(i) === truth);
  const half = labels === null ? null : Math.floor(labels / 2);
  const training = new Set(parts.train);
  const labelled = new Set([
    ...choose(known(1), labels === null || half === null ? null : labels - half, seed, 'positives'),
    ...choose(known(0), half, seed, 'negatives'),
  ]);
  const masked = choose(
    parts.train.filter((i) => infos[i].mask),
    masks,
    seed,
    'masks',
  );

  const isEmpty = (i: number): boolean =>
    emptyMasks && !infos[i].mask && infos[i].covid === 0 && (!training.has(i) || labelled.has(i));
  const hasTask = (task: ExperimentTask, i: number): boolean => {
    if (task === 'segmentation') return isEmpty(i) || (infos[i].mask && (!training.has(i) || masked.has(i)));
    if (task === 'classification') return truthOf(i) !== null && (!training.has(i) || labelled.has(i));
    return true;
  };
  const black = new Uint8Array(size * size);
  const rows = dataset.rows.map(
    (row, i): Row<ExperimentTask> => ({
      ...row,
      tasks: tasks.filter((task) => hasTask(task, i)),
    }),
  );
  return {
    images: all,
    parts,
    groupOf: (i) => groups.get(infos[i].id) ?? infos[i].id,
    truthOf,
    hasDrawnMask: (i) => infos[i].mask && rows[i].tasks.includes('segmentation'),
    dataset: {
      rows,
      async read(i) {
        const { x, y } = await dataset.read(i);
        const own: { [K in ExperimentTask]?: Sample<ExperimentTask>['y'][K] } = {};
        for (const task of rows[i].tasks) own[task] = y[task];
        if (rows[i].tasks.includes('segmentation')) own.segmentation ??= { data: black, shape: [size, size, 1] };
        if (own.classification) own.classification = { data: Uint8Array.of(truthOf(i) as number), shape: [1] };
        return { x, y: own };
      },
    },
  };
}
