import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from 'tfjs-multitask/node';
import { identityOf } from '../grid/grids';
import type { ExperimentInfo, RunConfig, RunInfo, StudyArm } from '../records';
import type { RunRequest } from './child';
import { describeRun, FLIPS_FILE, type Job } from './run-job';

/** A JSON file of an experiment; undefined if it does not exist. */
async function readJson<V>(file: string): Promise<V | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as V;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

const SHORT: Record<RunConfig['tasks'][number], string> = {
  reconstruction: 't1',
  segmentation: 't2',
  classification: 't3',
};

/** A name for a run's folder: readable, and unique by a digest of the whole configuration. */
export function runId(config: RunConfig): string {
  const { model, tasks, size, masks, labels, images, target, fold, seed } = config;
  const parts = [
    model === 'amyar2020' ? tasks.map((task) => SHORT[task]).join('') : model,
    size,
    masks === null ? '' : `${masks}masks`,
    labels === null ? '' : `${labels}labels`,
    images === 'mix' ? '' : images.replace(/[^A-Za-z0-9]+/g, '_'),
    target === 'covid' ? '' : target,
    fold === null ? '' : `fold${fold}`,
    `seed${seed}`,
    createHash('sha256').update(identityOf(config)).digest('hex').slice(0, 8),
  ];
  return parts.filter((part) => part !== '').join('-');
}

/** `config.json` of a run's folder: what its checkpoints belong to. */
interface RunStart {
  readonly config: RunConfig;
  readonly split: string;
}

/**
 * Opens a run's folder and says what is left to do.
 *
 * @throws Error where the folder holds a run of another configuration, or of another split.
 */
export async function openRun(job: Job): Promise<RunRequest['work'] | 'nothing'> {
  const start = await readJson<RunStart>(join(job.folder, 'config.json'));
  const info = await readJson<RunInfo>(join(job.folder, 'run.json'));
  for (const before of [start, info]) {
    if (before === undefined) continue;
    const what =
      identityOf(before.config) !== identityOf(job.config)
        ? 'configuration'
        : before.split !== job.split
          ? 'split'
          : '';
    if (what !== '') {
      throw new Error(`${job.folder}: the folder holds a run of another ${what}. Choose another --out, or remove it.`);
    }
  }
  if (info?.status === 'complete') {
    const scored = !job.flips || (await readdir(job.folder)).includes(FLIPS_FILE);
    return scored ? 'nothing' : 'score flips';
  }
  await mkdir(job.folder, { recursive: true });
  const { config, split } = job;
  await writeJson(join(job.folder, 'config.json'), { config, split } satisfies RunStart);
  return 'train';
}

/** Writes down that a run failed; the next start of the grid tries it again. */
export async function recordFailure(job: Job, started: Date, error: string): Promise<void> {
  const info: RunInfo = {
    ...describeRun(job),
    status: 'failed',
    error,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    parameters: 0,
    epochs: 0,
    bestEpoch: -1,
  };
  await writeJson(join(job.folder, 'run.json'), info);
}

/**
 * Writes `experiment.json`: what was asked for before in this folder and is asked for now.
 *
 * @throws Error where the folder holds another grid, or a cross-validation beside a fixed split.
 */
export async function writeExperiment(out: string, now: ExperimentInfo): Promise<void> {
  const file = join(out, 'experiment.json');
  const before = await readJson<ExperimentInfo>(file);
  if (before !== undefined && before.grid !== now.grid) {
    throw new Error(`${file}: the folder holds the grid ${before.grid}, not ${now.grid}. Choose another --out.`);
  }
  const isFolded = ({ runs }: ExperimentInfo): boolean => runs.some(({ config }) => config.fold !== null);
  if (before !== undefined && isFolded(before) !== isFolded(now)) {
    const [held, asked] = isFolded(before)
      ? ['a cross-validation', 'a fixed split']
      : ['a fixed split', 'a cross-validation'];
    throw new Error(`${file}: the folder holds the runs of ${held}, not of ${asked}. Choose another --out.`);
  }
  const runs = new Map([...(before?.runs ?? []), ...now.runs].map((run) => [run.id, run]));
  const keyOf = ({ study, arm, run }: StudyArm): string => JSON.stringify([study, arm, run]);
  const arms = new Map([...(before?.arms ?? []), ...now.arms].map((arm) => [keyOf(arm), arm]));
  await writeJson(file, { ...now, runs: [...runs.values()], arms: [...arms.values()] } satisfies ExperimentInfo);
}
