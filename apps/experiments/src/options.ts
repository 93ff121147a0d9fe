import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { BackendName } from 'tfjs-multitask/backends';
import { GRIDS, type GridName } from './grid/grids';
import { STUDIES } from './grid/studies';
import type { StudyName } from './grid/study-name';
import { parseQueue } from './queue/connect';
import { parseShard, type Shard } from './shards/shard';

export interface CommandLine {
  /** A manifest folder; null for the phantom. */
  readonly data: string | null;
  readonly phantoms: number;
  readonly grid: GridName;
  readonly out: string;
  readonly only?: readonly StudyName[];
  readonly seeds?: number;
  readonly folds?: number;
  readonly jobs: number;
  /** The part of the runs that this command does; left out: all of them. */
  readonly shard?: Shard;
  /** The Redis server whose workers do the runs; left out: this command does. */
  readonly queue?: URL;
  readonly backend?: BackendName;
  readonly onError: 'fail' | 'skip';
  readonly reportOnly: boolean;
  readonly flips: boolean;
  readonly splitSeed: number;
  /** The file of a pretrained encoder's weights. */
  readonly weights?: string;
}

export const HELP = `Trains the models of the paper's three experiments and writes a report.

  npm run experiments -- [options]

  --data DIR          a folder with a manifest.csv of images; default: built-in phantom images
  --grid NAME         ${Object.keys(GRIDS).join(', ')}: what is trained, and for how long      (quick)
  --out DIR           where everything is written                        (runs/experiments-GRID)
  --only A,B          some studies only: ${Object.keys(STUDIES).slice(0, 4).join(', ')},
                      ${Object.keys(STUDIES).slice(4).join(', ')}
  --seeds N           seeds of every run, instead of the grid's own
  --folds N           a cross-validation with N folds instead of the fixed split
  --split-seed N      of the split                                       (1)
  --jobs N            runs at once, each a process with its share of the cores  (1)
  --shard I/N         does the I-th of N equal parts of the runs, as 2/4; the others may go on at the
                      same time, on other machines, in this --out or in folders that are joined later
  --queue URL         has the workers of a Redis server do the runs, as redis://host:6379, and shows how far
                      they are; see "npm run worker -- --help"
  --backend NAME      default: the fastest that works here
  --phantoms N        how many phantom images                            (400; tiny: 120)
  --on-error WHAT     fail, or skip: what to do about images that cannot be read  (fail)
  --weights FILE      of the pretrained encoder; default: what "npm run fetch-vgg16" keeps
  --flips             scores each image and its mirror image, too: scores-flips.json
  --report-only       trains nothing; writes the report of what is there
  --help

A grid that was interrupted goes on where it was when the same command is given again: complete runs are skipped.
`;

function integer(text: string | undefined, name: string, minimum: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < minimum) {
    throw new RangeError(`--${name} must be a whole number of at least ${minimum}, got '${text}'.`);
  }
  return value;
}

function choice<C extends string>(text: string, name: string, choices: readonly C[]): C {
  if (!choices.includes(text as C)) {
    throw new RangeError(`--${name} must be one of ${choices.join(', ')}; got '${text}'.`);
  }
  return text as C;
}

/** Reads the command line; undefined where help was requested. */
export function parseCommandLine(args: readonly string[]): CommandLine | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: text,
      grid: text,
      out: text,
      only: text,
      seeds: text,
      folds: text,
      'split-seed': text,
      jobs: text,
      shard: text,
      queue: text,
      backend: text,
      phantoms: text,
      'on-error': text,
      weights: text,
      flips: flag,
      'report-only': flag,
      help: flag,
    },
  });
  if (values.help) return undefined;
  if (values.queue !== undefined && values.shard !== undefined) {
    throw new RangeError('--queue and --shard share the runs out in two ways; choose one.');
  }
  if (values.queue !== undefined && values.jobs !== undefined) {
    throw new RangeError(
      '--jobs is an option of the workers where --queue has them do the runs: npm run worker -- --jobs N.',
    );
  }
  const grid = choice(values.grid ?? 'quick', 'grid', Object.keys(GRIDS) as GridName[]);
  const studies = Object.keys(STUDIES) as StudyName[];
  const jobs = integer(values.jobs, 'jobs', 1) ?? 1;
  if (jobs > availableParallelism()) {
    console.warn(`--jobs ${jobs}: more than the ${availableParallelism()} cores of this machine, so no faster.`);
  }
  return {
    data: values.data === undefined ? null : resolve(values.data),
    phantoms: integer(values.phantoms, 'phantoms', 60) ?? (grid === 'tiny' ? 120 : 400),
    grid,
    out: resolve(values.out ?? `runs/experiments-${grid}`),
    only: values.only?.split(',').map((study) => choice(study.trim(), 'only', studies)),
    seeds: integer(values.seeds, 'seeds', 1),
    folds: integer(values.folds, 'folds', 2),
    jobs,
    shard: parseShard(values.shard),
    queue: parseQueue(values.queue),
    backend: values.backend as BackendName | undefined,
    onError: choice(values['on-error'] ?? 'fail', 'on-error', ['fail', 'skip']),
    reportOnly: values['report-only'],
    weights: values.weights,
    flips: values.flips,
    splitSeed: integer(values['split-seed'], 'split-seed', 0) ?? 1,
  };
}
