import type { RunConfig } from '../records';
import type { Experiment, FinishedRun } from './read-experiment';

/** The studies of the paper's Table 2. */
export const MAIN_STUDIES = ['experiment-1', 'experiment-2', 'experiment-3'] as const;

/** Runs that differ in nothing but the seed and the fold: what is compared. */
export interface Contender {
  /** `T1+T2+T3, 64 px`, and what else tells it from others. */
  readonly label: string;
  /** Of one of its runs. */
  readonly config: RunConfig;
  /** Its places in the studies. */
  readonly places: readonly { readonly study: string; readonly arm: string }[];
  /** The finished runs. */
  readonly runs: readonly FinishedRun[];
  /** How many runs were asked for. */
  readonly planned: number;
}

/** All of a configuration that makes a model, in one order. */
function keyOf({ study: _study, arm: _arm, seed: _seed, fold: _fold, ...rest }: RunConfig): string {
  const flat = Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)] as const);
  return JSON.stringify(flat.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What tells a contender from others of its arm and size. */
function details({ masks, labels, images, target }: RunConfig): string[] {
  return [
    masks === null ? '' : `${masks} masks`,
    labels === null ? '' : `${labels} labels`,
    images === 'mix' || images === 'labelled' ? '' : `${images} alone`,
    target === 'source' ? 'asked for the source' : '',
  ].filter((text) => text !== '');
}

/** The contenders of an experiment in the order of its studies, those without a finished run among them. */
export function listContenders({ planned, runs, arms }: Experiment): Contender[] {
  const configs = new Map(planned.map(({ id, config }) => [id, config]));
  const finished = new Map(runs.map((run) => [run.info.id, run]));
  const members = new Map<string, Set<string>>();
  const places = new Map<string, { study: string; arm: string }[]>();
  for (const { study, arm, run } of arms) {
    const config = configs.get(run);
    if (config === undefined) continue;
    const key = keyOf(config);
    if (!members.has(key)) members.set(key, new Set());
    members.get(key)?.add(run);
    const own = places.get(key) ?? [];
    if (!own.some((place) => place.study === study && place.arm === arm)) own.push({ study, arm });
    places.set(key, own);
  }
  return [...members].map(([key, ids]) => {
    const config = configs.get([...ids][0]) as RunConfig;
    const own = places.get(key) as { study: string; arm: string }[];
    return {
      label: [own[0].arm, `${config.size} px`, ...details(config)].join(', '),
      config,
      places: own,
      runs: [...ids].flatMap((id) => finished.get(id) ?? []),
      planned: ids.size,
    };
  });
}

/** The arm of a contender by what its model is. */
export function armOf({ config: { model, tasks } }: Pick<Contender, 'config'>): string {
  if (model === 'unet') return 'U-Net';
  if (model === 'cnn8') return 'CNN';
  const order = ['reconstruction', 'segmentation', 'classification'];
  return tasks.map((task) => `T${order.indexOf(task) + 1}`).join('+');
}

/** Those that belong to one of the studies. */
export function inStudies<C extends Pick<Contender, 'places'>>(contenders: readonly C[], ...studies: string[]): C[] {
  return contenders.filter(({ places }) => places.some(({ study }) => studies.includes(study)));
}
