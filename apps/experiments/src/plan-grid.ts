import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from 'tfjs-multitask/backends';
import { declareGrid, GRIDS, type GridOptions } from './grid/grids';
import { findMixedSource, openImages } from './images/images';
import { checkNeeds } from './images/needs';
import { prepareSplits } from './images/prepare';
import type { CommandLine } from './options';
import type { RunConfig, SplitRecord } from './records';
import { runId, writeExperiment } from './runs/run-folder';
import type { Job } from './runs/run-job';
import { findVgg16 } from './weights/vgg16-file';

/** The commit of the code, with `+` where the tree was changed; null outside a checkout. */
function codeVersion(): string | null {
  const cwd = fileURLToPath(new URL('.', import.meta.url));
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return null;
  }
}

function describeSplit(split: SplitRecord, file: string): void {
  console.log(`\nSplit (${file}):`);
  console.table(split.counts);
  console.log(
    `${split.groups.length} groups of images that belong together; ${split.excluded.length} images left out.`,
  );
  for (const { id, reason } of split.excluded) console.log(`  ${id}: ${reason}`);
}

/** The runs whose pictures are kept: the first seed of each model of the main comparison. */
function hasGallery({ seed, size, masks, labels, images, target, fold, ...config }: RunConfig, large: number): boolean {
  const whole = masks === null && labels === null && images === 'mix' && target === 'covid' && (fold ?? 0) === 0;
  return seed === 1 && size === large && whole && (config.model !== 'amyar2020' || config.tasks.length === 3);
}

/** Side at which images are looked at for near-duplicates: smaller ones lack the details that tell them apart. */
const COMPARED_AT = 64;

/**
 * All runs that a command asks for, done or not, the most important first: its list of work, whoever works on it. Splits the
 * images and writes down what belongs to the experiment; whoever does so at the same moment writes the same.
 */
export async function planGrid(options: CommandLine, command: string): Promise<Job[]> {
  const { out, grid: name } = options;
  const [, large] = GRIDS[name].sizes;
  const images = await openImages(options, COMPARED_AT);
  const oneSource = new Set(images.infos.map(({ source }) => source)).size === 1;
  const mixedSource = oneSource ? null : findMixedSource(images.infos);
  if (oneSource) console.log('All images are of one source: studies of sources are left out.');
  else if (mixedSource === null) {
    console.warn(
      'No source has images of both classes: a classifier may tell the sources apart, and nothing here can show it.',
    );
  }
  const weights = await findVgg16(options.weights);
  const grid = declareGrid(name, { ...options, mixedSource } satisfies GridOptions);
  if (grid.runs.length === 0)
    throw new Error('Nothing to do: the studies that --only names have no runs on these data.');
  const splits = await prepareSplits(images, { ...options, official: GRIDS[name].official }, (split, file) => {
    describeSplit(split, file);
    for (const notice of checkNeeds(split, images.infos, grid)) console.log(notice);
  });

  const backend = await useBackend(options.backend, { threads: 1, onNotice: console.warn });
  const code = codeVersion();
  const jobs = grid.runs.map((config): Job => {
    const { file, sha256 } = splits[config.fold ?? 0];
    const id = runId(config);
    const { data, phantoms, flips } = options;
    const folder = join(out, 'runs', id);
    const shared = { splitFile: file, split: sha256, code, backend, gallery: hasGallery(config, large), flips };
    return { id, config, folder, out, weights, data, phantoms, ...shared };
  });
  await writeExperiment(out, {
    grid: name,
    command,
    runs: jobs.map(({ id, config }) => ({ id, config })),
    arms: grid.arms.map((arm) => ({ ...arm, run: jobs[arm.run].id })),
  });
  return jobs;
}
