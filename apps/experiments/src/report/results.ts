import type { RunConfig, SplitRecord } from '../records';
import { type Comparison, compareAll } from './compare';
import { listContenders } from './contenders';
import type { BootstrapOptions } from './estimate';
import { type Measured, measure, type SourceAuc } from './measure';
import { declarePairings } from './pairings';
import type { Experiment, FinishedRun, MissingRun } from './read-experiment';
import type { Scores } from './score-names';

/** A contender as `results.json` has it. */
export interface ContenderResult {
  readonly label: string;
  readonly places: readonly { readonly study: string; readonly arm: string }[];
  /** Of its first run. */
  readonly config: RunConfig;
  readonly seeds: readonly number[];
  readonly finished: number;
  readonly planned: number;
  readonly parameters: number | null;
  /** The mean over its runs. */
  readonly secondsPerRun: number | null;
  readonly scores: Scores;
  /** On the validation images, in the epoch that was kept: what settings are chosen by. Means over its runs. */
  readonly validation: { readonly dice: number | null; readonly auc: number | null };
  readonly diceQuartiles: readonly number[] | null;
  readonly sources: readonly SourceAuc[];
}

export interface Results {
  readonly grid: string | null;
  readonly command: string | null;
  readonly data: string | null;
  /** How many bootstrap resamples. */
  readonly resamples: number;
  readonly runs: { readonly planned: number; readonly finished: number };
  readonly missing: readonly MissingRun[];
  /** Each value that the finished runs have, once. */
  readonly environment: Readonly<Record<'backend' | 'node' | 'cpu' | 'version' | 'code' | 'split', readonly string[]>>;
  readonly started: string | null;
  /** Of the cross-validation; null for the fixed split. */
  readonly folds: number | null;
  /** Of all finished runs together. */
  readonly seconds: number;
  /** Test images, those with a lesion, and of each class. */
  readonly test: {
    readonly images: number;
    readonly lesions: number;
    readonly covid: number;
    readonly notCovid: number;
  };
  /** The source with both classes in the test part that most images come from. */
  readonly mixedSource: string | null;
  readonly contenders: readonly ContenderResult[];
  readonly comparisons: readonly Comparison[];
}

export interface Analysis {
  readonly results: Results;
  readonly measured: readonly Measured[];
  /** Which images stand together in a bootstrap. */
  readonly groupOf: (id: string) => string;
}

/** What group each image belongs to: that of the split, which all folds share, or its own. */
function readGroups([split]: readonly SplitRecord[]): (id: string) => string {
  const groups = new Map((split?.groups ?? []).flatMap((ids, i) => ids.map((id) => [id, `group ${i}`] as const)));
  return (id) => groups.get(id) ?? `image ${id}`;
}

function findMixedSource(measured: readonly Measured[]): string | null {
  const sources = measured
    .filter(({ config }) => config.target === 'covid')
    .flatMap(({ sources }) => sources)
    .sort((a, b) => b.positives + b.negatives - a.positives - a.negatives);
  return sources[0]?.source ?? null;
}

/** Counts the images that any contender of the mix was scored on. */
function countTest(measured: readonly Measured[]): Results['test'] {
  const cases = new Map(
    measured
      .filter(({ config: { images, target } }) => (images === 'mix' || images === 'labelled') && target === 'covid')
      .flatMap(({ replicates, ids }) => ids.map((id) => [id, replicates[0].cases.get(id)] as const)),
  );
  const count = (test: (one: NonNullable<ReturnType<typeof cases.get>>) => boolean): number =>
    [...cases.values()].filter((one) => one !== undefined && test(one)).length;
  return {
    images: cases.size,
    lesions: count(({ lesionPixels }) => (lesionPixels ?? 0) > 0),
    covid: count(({ truth }) => truth === 1),
    notCovid: count(({ truth }) => truth === 0),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean over runs of a validation score in the epoch that was kept. */
function onValidation(runs: readonly FinishedRun[], path: string): number | null {
  const values = runs.map(({ info, epochs }) => epochs.find(({ epoch }) => epoch === info.bestEpoch)?.[path]);
  return values.length === 0 || values.includes(undefined) ? null : meanOf(values as number[]);
}

function describe(measured: Measured): ContenderResult {
  const { label, places, config, runs, planned, replicates, scores, diceQuartiles, sources } = measured;
  const seconds = runs.map(({ info }) => info.seconds);
  return {
    label,
    places,
    config,
    seeds: replicates.map(({ seed }) => seed),
    finished: runs.length,
    planned,
    parameters: runs[0]?.info.parameters ?? null,
    secondsPerRun: runs.length === 0 ? null : meanOf(seconds),
    scores,
    validation: {
      dice: onValidation(runs, 'validation.segmentation.dice'),
      auc: onValidation(runs, 'validation.classification.auc'),
    },
    diceQuartiles,
    sources,
  };
}

/** Computes all that the report says. */
export async function analyse(
  experiment: Experiment,
  { resamples = 1000 }: Partial<Pick<BootstrapOptions, 'resamples'>> = {},
): Promise<Analysis> {
  const options = { resamples, groupOf: readGroups(experiment.splits) };
  const measured: Measured[] = [];
  for (const contender of listContenders(experiment)) measured.push(await measure(contender, options));
  const infos = experiment.runs.map(({ info }) => info);
  const distinct = (values: readonly (string | null)[]): string[] => [
    ...new Set(values.filter((value) => value !== null)),
  ];
  const mixedSource = findMixedSource(measured);
  const results: Results = {
    grid: experiment.grid,
    command: experiment.command,
    data: experiment.splits[0]?.data ?? null,
    resamples,
    runs: { planned: experiment.planned.length, finished: experiment.runs.length },
    missing: experiment.missing,
    environment: {
      backend: distinct(infos.map(({ backend }) => backend)),
      node: distinct(infos.map(({ node }) => node)),
      cpu: distinct(infos.map(({ cpu }) => cpu)),
      version: distinct(infos.map(({ version }) => version)),
      code: distinct(infos.map(({ code }) => code)),
      split: distinct(infos.map(({ split }) => split)),
    },
    folds: experiment.splits.length > 1 ? experiment.splits.length : null,
    started: infos.map(({ started }) => started).sort()[0] ?? null,
    seconds: infos.reduce((sum, { seconds }) => sum + seconds, 0),
    test: countTest(measured),
    mixedSource,
    contenders: measured.map(describe),
    comparisons: await compareAll(declarePairings(measured, mixedSource), options),
  };
  return { results, measured, groupOf: options.groupOf };
}
