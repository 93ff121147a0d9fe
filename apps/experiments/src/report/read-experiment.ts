import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  EpochRecord,
  ExperimentInfo,
  GalleryItem,
  RunConfig,
  RunInfo,
  RunScores,
  SplitRecord,
  StudyArm,
} from '../records';

/** The folder of a run that came to its end. */
export interface FinishedRun {
  readonly info: RunInfo;
  readonly epochs: readonly EpochRecord[];
  readonly scores: RunScores;
  /** With test-time flips, where the run scored them too. */
  readonly flips: RunScores | null;
  readonly gallery: { readonly folder: string; readonly items: readonly GalleryItem[] } | null;
}

/** A run that is missing from the report. */
export interface MissingRun {
  readonly id: string;
  readonly reason: string;
}

/** The folder of an experiment, done or not. */
export interface Experiment {
  readonly folder: string;
  readonly grid: string | null;
  readonly command: string | null;
  /** The fixed split, or that of each fold; none where the folder has none. */
  readonly splits: readonly SplitRecord[];
  readonly runs: readonly FinishedRun[];
  readonly missing: readonly MissingRun[];
  readonly planned: readonly { readonly id: string; readonly config: RunConfig }[];
  readonly arms: readonly StudyArm[];
}

/** A JSON file; undefined if it does not exist. */
async function readJson<V>(path: string): Promise<V | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as V;
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

async function listFolders(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function readRun(folder: string, id: string): Promise<FinishedRun | MissingRun> {
  try {
    const info = await readJson<RunInfo>(join(folder, 'run.json'));
    if (info === undefined) return { id, reason: 'not finished' };
    if (info.status === 'failed') return { id, reason: `failed: ${info.error ?? 'no reason given'}` };
    const scores = await readJson<RunScores>(join(folder, 'scores.json'));
    if (scores === undefined) return { id, reason: 'its folder has no scores.json' };
    const items = await readJson<GalleryItem[]>(join(folder, 'gallery', 'gallery.json'));
    return {
      info,
      scores,
      epochs: (await readJson<EpochRecord[]>(join(folder, 'epochs.json'))) ?? [],
      flips: (await readJson<RunScores>(join(folder, 'scores-flips.json'))) ?? null,
      gallery: items === undefined ? null : { folder: join(folder, 'gallery'), items },
    };
  } catch (error) {
    return { id, reason: `unreadable: ${(error as Error).message}` };
  }
}

/** The split files that the runs were trained by. */
async function readSplits(folder: string, configs: readonly RunConfig[]): Promise<SplitRecord[]> {
  const folds = Math.max(0, ...configs.map(({ fold }) => (fold === null ? 0 : fold + 1)));
  const files =
    folds === 0 ? ['split.json'] : Array.from({ length: folds }, (_, fold) => `split-${folds}-folds-${fold}.json`);
  const splits: SplitRecord[] = [];
  for (const file of files) {
    const split = await readJson<SplitRecord>(join(folder, file));
    if (split !== undefined) splits.push(split);
  }
  return splits;
}

/**
 * Reads an experiment's folder. Runs that failed, are not finished, or cannot be read are listed as missing.
 *
 * @throws Error where the folder holds neither an `experiment.json` nor a run.
 */
export async function readExperiment(folder: string): Promise<Experiment> {
  const asked = await readJson<ExperimentInfo>(join(folder, 'experiment.json'));
  const found = await listFolders(join(folder, 'runs'));
  if (asked === undefined && found.length === 0) {
    throw new Error(`${folder}: there is no experiment here: neither an experiment.json nor a folder in runs/.`);
  }
  const ids = asked?.runs.map(({ id }) => id) ?? found;
  const read: (FinishedRun | MissingRun)[] = [];
  for (const id of ids) {
    read.push(found.includes(id) ? await readRun(join(folder, 'runs', id), id) : { id, reason: 'not begun' });
  }
  const runs = read.filter((run): run is FinishedRun => 'info' in run);
  const planned = asked?.runs ?? runs.map(({ info: { id, config } }) => ({ id, config }));
  return {
    folder,
    grid: asked?.grid ?? null,
    command: asked?.command ?? null,
    splits: await readSplits(
      folder,
      planned.map(({ config }) => config),
    ),
    runs,
    missing: read.filter((run): run is MissingRun => 'reason' in run),
    planned,
    arms: asked?.arms ?? runs.map(({ info: { id, config } }) => ({ study: config.study, arm: config.arm, run: id })),
  };
}
