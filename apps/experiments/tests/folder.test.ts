import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from 'tfjs-multitask/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import type { RunConfig } from '../src/records';
import { lockFolder } from '../src/runs/lock';
import { openRun, recordFailure, runId, writeExperiment } from '../src/runs/run-folder';
import { runGrid } from '../src/runs/run-grid';
import { describeRun, type Job } from '../src/runs/run-job';
import { type Outcome, spawnRun } from '../src/runs/spawn-run';
import { temporaryDirectory } from './support/temporary-directory';

vi.mock('../src/runs/spawn-run', { spy: true });

const path = temporaryDirectory();
const { runs } = declareGrid('tiny', { mixedSource: null });

const jobOf = (config: RunConfig, changes: Partial<Job> = {}): Job => ({
  id: runId(config),
  config,
  folder: path('runs', runId(config)),
  out: path(),
  weights: null,
  splitFile: path('split.json'),
  split: 'a digest',
  data: null,
  phantoms: 60,
  code: null,
  backend: 'cpu',
  gallery: false,
  flips: false,
  ...changes,
});

/** Leaves what a run leaves that came to its end. */
async function complete(job: Job): Promise<void> {
  await openRun(job);
  await writeJson(join(job.folder, 'run.json'), { ...describeRun(job), status: 'complete' });
}

const readRun = async ({ folder }: Job) => JSON.parse(await readFile(join(folder, 'run.json'), 'utf8'));

describe('openRun', () => {
  it('trains a run until it is complete, also after a failure', async () => {
    const job = jobOf(runs[0]);
    expect(await openRun(job)).toBe('train');
    expect(await openRun(job)).toBe('train');
    await recordFailure(job, new Date(), 'no memory');
    expect(await readRun(job)).toMatchObject({ id: job.id, status: 'failed', error: 'no memory' });
    expect(await openRun(job)).toBe('train');
    await complete(job);
    expect(await openRun(job)).toBe('nothing');
  });

  it('knows a run whose settings stand in another order or study', async () => {
    const job = jobOf(runs[0]);
    await complete(job);
    const turned = Object.fromEntries(Object.entries(runs[0]).reverse()) as unknown as RunConfig;
    expect(await openRun({ ...job, config: { ...turned, study: 'another' } })).toBe('nothing');
  });

  it('scores a complete run once more where flips are asked for', async () => {
    const job = jobOf(runs[0], { flips: true });
    await complete(job);
    expect(await openRun(job)).toBe('score flips');
    await writeJson(join(job.folder, 'scores-flips.json'), {});
    expect(await openRun(job)).toBe('nothing');
  });

  it('refuses a folder of another configuration or split, begun or complete', async () => {
    const job = jobOf(runs[0]);
    const other = { ...job, config: { ...runs[0], learningRate: 1 } };
    await openRun(job);
    await expect(openRun(other)).rejects.toThrow(
      `${job.folder}: the folder holds a run of another configuration. Choose another --out, or remove it.`,
    );
    await complete(job);
    await expect(openRun(other)).rejects.toThrow('a run of another configuration');
    await expect(openRun({ ...job, split: 'another' })).rejects.toThrow('a run of another split');
    expect(await openRun(job)).toBe('nothing');
  });

  it('says which file is damaged', async () => {
    const job = jobOf(runs[0]);
    await mkdir(job.folder, { recursive: true });
    await writeFile(join(job.folder, 'run.json'), '{"id": ');
    await expect(openRun(job)).rejects.toThrow(join(job.folder, 'run.json'));
  });
});

describe('writeExperiment', () => {
  const place = (study: string, config: RunConfig) => ({ study, arm: config.arm, run: runId(config) });
  const experiment = (...configs: RunConfig[]) => ({
    grid: 'tiny',
    command: 'typed',
    runs: configs.map((config) => ({ id: runId(config), config })),
    arms: configs.map((config) => place(config.study, config)),
  });
  const read = async () => JSON.parse(await readFile(path('experiment.json'), 'utf8'));

  it('keeps what was asked for before', async () => {
    await writeExperiment(path(), experiment(runs[0], runs[1]));
    await writeExperiment(path(), { ...experiment(runs[1], runs[2]), command: 'typed again' });
    expect(await read()).toEqual({ ...experiment(runs[0], runs[1], runs[2]), command: 'typed again' });
  });

  it('refuses a folder of another grid', async () => {
    await writeExperiment(path(), experiment(runs[0]));
    await expect(writeExperiment(path(), { ...experiment(runs[0]), grid: 'quick' })).rejects.toThrow(
      `${path('experiment.json')}: the folder holds the grid tiny, not quick. Choose another --out.`,
    );
  });
});

describe('an experiment with folds', () => {
  it('does not share a folder with a fixed split', async () => {
    const [plain, folded] = [runs[0], { ...runs[0], fold: 0 }].map((config) => ({
      grid: 'tiny',
      command: 'typed',
      runs: [{ id: runId(config), config }],
      arms: [],
    }));
    await writeExperiment(path(), plain);
    await expect(writeExperiment(path(), folded)).rejects.toThrow(
      `${path('experiment.json')}: the folder holds the runs of a fixed split, not of a cross-validation. Choose another --out.`,
    );
    await mkdir(path('folds'));
    await writeExperiment(path('folds'), folded);
    await expect(writeExperiment(path('folds'), plain)).rejects.toThrow(
      'the runs of a cross-validation, not of a fixed',
    );
  });
});

describe('runGrid', () => {
  let lines: string[];
  beforeEach(async () => {
    lines = [];
    const keep = (text: unknown): true => lines.push(String(text)) > 0 || true;
    vi.spyOn(console, 'log').mockImplementation(keep);
    vi.spyOn(process.stderr, 'write').mockImplementation(keep);
    await writeJson(path('split.json'), { train: ['a', 'b'] });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.mocked(spawnRun).mockReset();
  });

  const options = { parallel: 2, threads: 1, signal: new AbortController().signal };
  /** Runs end as told, in place of processes. */
  function endAs(outcomeOf: (job: Job) => Outcome): string[] {
    const begun: string[] = [];
    vi.mocked(spawnRun).mockImplementation(async (request, _, { onStep, onNotice }) => {
      if (request.work === 'predict') throw new Error('A grid predicts nothing.');
      const { job, work } = request;
      begun.push(`${work} ${job.id}`);
      onStep({ epoch: 0, step: 1 });
      onNotice('a notice');
      const outcome = outcomeOf(job);
      if (outcome.outcome === 'complete' && work === 'train') await complete(job);
      return outcome;
    });
    return begun;
  }

  it('records a run that fails, goes on with the others, and tries it again when it is started again', async () => {
    const jobs = runs.slice(0, 4).map((config) => jobOf(config));
    endAs(({ id }) => (id === jobs[1].id ? { outcome: 'failed', error: 'no memory' } : { outcome: 'complete' }));
    expect(await runGrid(jobs, options)).toEqual({
      complete: 3,
      busy: [],
      failed: [{ id: jobs[1].id, error: 'no memory' }],
      stopped: false,
    });
    expect(await readRun(jobs[1])).toMatchObject({ status: 'failed', error: 'no memory', config: runs[1] });
    expect(lines.join('\n')).toContain(`${jobs[1].id} FAILED: no memory`);
    expect(lines.join('\n')).toContain(`${jobs[1].id}: a notice`);

    const begun = endAs(() => ({ outcome: 'complete' }));
    expect(await runGrid(jobs, options)).toEqual({ complete: 4, busy: [], failed: [], stopped: false });
    expect(begun).toEqual([`train ${jobs[1].id}`]);
    expect(lines.join('\n')).toContain('3 of 4 runs are complete already.');
  });

  it('scores complete runs with flips where they lack it, and leaves them complete when that fails', async () => {
    const [done, scored, open] = runs.slice(0, 3).map((config) => jobOf(config, { flips: true }));
    for (const job of [done, scored]) await complete(job);
    await writeJson(join(scored.folder, 'scores-flips.json'), {});
    const begun = endAs(({ id }) =>
      id === done.id ? { outcome: 'failed', error: 'no memory' } : { outcome: 'complete' },
    );
    const outcome = await runGrid([done, scored, open], options);
    expect(begun.sort()).toEqual([`score flips ${done.id}`, `train ${open.id}`].sort());
    expect(outcome).toEqual({ complete: 3, busy: [], failed: [{ id: done.id, error: 'no memory' }], stopped: false });
    expect(await readRun(done)).toMatchObject({ status: 'complete' });
  });

  it('begins no further run once it is told to stop, and says so', async () => {
    const controller = new AbortController();
    const jobs = runs.slice(0, 4).map((config) => jobOf(config));
    const begun = endAs(() => {
      controller.abort();
      return { outcome: 'stopped' };
    });
    expect(await runGrid(jobs, { ...options, parallel: 1, signal: controller.signal })).toEqual({
      complete: 0,
      busy: [],
      failed: [],
      stopped: true,
    });
    expect(begun).toHaveLength(1);
    expect(await readdir(jobs[0].folder)).toEqual(['config.json']);
  });

  it('leaves a run to the process that is at it, and does not call it failed', async () => {
    const jobs = runs.slice(0, 2).map((config) => jobOf(config));
    endAs(({ id }) => (id === jobs[0].id ? { outcome: 'busy', error: 'somebody is there' } : { outcome: 'complete' }));
    expect(await runGrid(jobs, options)).toEqual({ complete: 1, busy: [jobs[0].id], failed: [], stopped: false });
    await expect(readRun(jobs[0])).rejects.toThrow('ENOENT');
    expect(lines.join('\n')).toContain(`${jobs[0].id} is left to others: somebody is there`);
  });

  it('begins nothing where a folder holds another run', async () => {
    const jobs = runs.slice(0, 2).map((config) => jobOf(config));
    await openRun(jobs[1]);
    const begun = endAs(() => ({ outcome: 'complete' }));
    const others = [jobs[0], { ...jobs[1], split: 'another' }];
    await expect(runGrid(others, options)).rejects.toThrow('a run of another split');
    expect(begun).toEqual([]);
  });

  it('gives the reason of a process that fails, and keeps what it wrote', async () => {
    const job = jobOf(runs[0], { backend: 'abacus' as 'cpu' });
    const { failed } = await runGrid([job], options);
    expect(failed).toEqual([{ id: job.id, error: expect.stringContaining("'abacus'") }]);
    expect(await readFile(join(job.folder, 'log.txt'), 'utf8')).toContain('abacus');
    expect((await readdir(job.folder)).sort()).toEqual(['config.json', 'log.txt', 'run.json']);
  });

  it('does not touch a run whose folder another process has locked', async () => {
    const job = jobOf(runs[0]);
    await mkdir(job.folder, { recursive: true });
    const unlock = await lockFolder(job.folder);
    expect(await runGrid([job], options)).toEqual({ complete: 0, busy: [job.id], failed: [], stopped: false });
    await unlock();
  });
});
