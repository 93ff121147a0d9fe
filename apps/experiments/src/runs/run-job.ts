import { readFile, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { BackendName } from 'tfjs-multitask/backends';
import { loadMultitask } from 'tfjs-multitask/models';
import { fileSystem, writeJson } from 'tfjs-multitask/node';
import { version } from 'tfjs-multitask/package.json';
import { type DataOptions, openImages } from '../images/images';
import type { ExperimentTask, RunConfig, RunInfo, SplitRecord } from '../records';
import { writeGallery } from '../training/gallery';
import { scoreRun } from '../training/score-run';
import { type TaskView, viewFor } from '../training/task-view';
import { type Listener, trainRun } from '../training/train-run';

/** One run as its process is told of it. */
export interface Job extends DataOptions {
  readonly id: string;
  readonly config: RunConfig;
  readonly folder: string;
  /** That of the experiment. */
  readonly out: string;
  /** The file of a pretrained encoder's weights. */
  readonly weights: string | null;
  readonly splitFile: string;
  /** SHA-256 of the split file. */
  readonly split: string;
  readonly code: string | null;
  readonly backend: BackendName;
  readonly gallery: boolean;
  readonly flips: boolean;
}

/** What is known of a run before it begins. */
export function describeRun({ id, config, split, code, backend }: Job) {
  const [cpu] = cpus();
  return { id, config, code, version, backend, node: process.version, cpu: cpu?.model ?? 'unknown', split };
}

async function openView(job: Job): Promise<TaskView> {
  const images = await openImages(job, job.config.size, job.config.window);
  return viewFor(images, JSON.parse(await readFile(job.splitFile, 'utf8')) as SplitRecord, job.config);
}

/** The scores with test-time flips, of a run that is complete. */
export const FLIPS_FILE = 'scores-flips.json';

/**
 * Trains a run, scores it and writes its folder; `run.json` comes last. False where it was stopped on the way: its
 * checkpoint is then what it resumes from.
 */
export async function runJob(job: Job, signal: AbortSignal, listener: Listener): Promise<boolean> {
  const { config, folder, out, weights } = job;
  const view = await openView(job);
  const started = new Date().toISOString();
  const { model, epochs, bestEpoch, stopped } = await trainRun(view, config, {
    folder,
    signal,
    out,
    weights,
    ...listener,
  });
  if (stopped) {
    model.dispose();
    return false;
  }
  await model.net.save(fileSystem(join(folder, 'model')));
  const scores = await scoreRun(model, view);
  await writeJson(join(folder, 'scores.json'), scores);
  if (job.flips) await writeJson(join(folder, FLIPS_FILE), await scoreRun(model, view, { flips: true }));
  if (job.gallery) await writeGallery(join(folder, 'gallery'), model, view, scores);
  await writeJson(join(folder, 'epochs.json'), epochs);
  const info: RunInfo = {
    ...describeRun(job),
    status: 'complete',
    started,
    seconds: epochs.reduce((sum, { seconds }) => sum + seconds, 0),
    parameters: model.net.countParams(),
    epochs: epochs.length,
    bestEpoch,
  };
  await writeJson(join(folder, 'run.json'), info);
  await rm(join(folder, 'checkpoints'), { recursive: true, force: true });
  model.dispose();
  return true;
}

/** Scores a complete run once more, each image with its mirror image. */
export async function scoreFlips(job: Job): Promise<true> {
  const model = await loadMultitask<ExperimentTask>(fileSystem(join(job.folder, 'model')), job.config.tasks);
  const scores = await scoreRun(model, await openView(job), { flips: true });
  await writeJson(join(job.folder, FLIPS_FILE), scores);
  model.dispose();
  return true;
}
