import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { writeJson } from 'tfjs-multitask/node';
import { describe, expect, it } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import { openImages } from '../src/images/images';
import { splitImages } from '../src/images/split';
import type { EpochRecord, RunConfig, RunInfo, RunScores, SplitRecord } from '../src/records';
import { type Job, runJob, scoreFlips } from '../src/runs/run-job';
import { sourcesFor } from '../src/training/sources';
import { viewFor } from '../src/training/task-view';
import { useCpu } from './support/cpu';
import { temporaryDirectory } from './support/temporary-directory';

useCpu();
const path = temporaryDirectory();

const PHANTOMS = { data: null, phantoms: 60 };
const { runs } = declareGrid('tiny', { mixedSource: 'figures' });
const small = (changes: Partial<RunConfig> = {}): RunConfig => ({ ...runs[0], size: 16, filters: 2, ...changes });

async function openSplit() {
  const images = await openImages(PHANTOMS, 16);
  return { images, split: splitImages(images.infos, { data: 'phantom', seed: 1, duplicates: [] }) };
}

async function jobOf(name: string, config: RunConfig): Promise<Job> {
  const { split } = await openSplit();
  const folder = path(name);
  await mkdir(folder);
  await writeJson(path('split.json'), split satisfies SplitRecord);
  const where = { ...PHANTOMS, out: path(), weights: null, splitFile: path('split.json'), split: 'digest' };
  return { id: name, config, folder, ...where, code: null, backend: 'cpu', gallery: false, flips: false };
}

const read = async <V>(job: Job, file: string): Promise<V> =>
  JSON.parse(await readFile(join(job.folder, file), 'utf8'));
const never = new AbortController().signal;
const quiet = { onStep: () => undefined, onNotice: () => undefined };

// Models are slow to build where other work takes the cores.
describe('a run', { timeout: 300_000 }, () => {
  it('that was stopped and goes on gives the numbers of one that nobody disturbed', async () => {
    const config = small({ tasks: ['segmentation', 'classification'], averageDecay: 0.9, epochs: 2, stepsPerEpoch: 2 });
    const [calm, stopped] = [await jobOf('calm', config), await jobOf('stopped', config)];
    const before = memory().numTensors;
    expect(await runJob(calm, never, quiet)).toBe(true);
    expect(memory().numTensors).toBe(before);

    const controller = new AbortController();
    const outcome = await runJob(stopped, controller.signal, {
      ...quiet,
      onStep({ epoch }) {
        if (epoch === 1) controller.abort();
      },
    });
    // A newer checkpoint that is damaged is passed over, and that is said.
    const checkpoints = join(stopped.folder, 'checkpoints');
    const damaged = join(checkpoints, 'checkpoint-000099.tfmt');
    await writeFile(damaged, 'damaged');
    const notices: string[] = [];
    expect(outcome).toBe(false);
    expect(memory().numTensors).toBe(before);
    expect(existsSync(join(stopped.folder, 'run.json'))).toBe(false);
    const steps: number[] = [];
    const listener = {
      onStep: ({ epoch }: { readonly epoch: number }) => void steps.push(epoch),
      onNotice: (text: string) => void notices.push(text),
    };
    expect(await runJob(stopped, never, listener)).toBe(true);
    expect(steps).toEqual([1]);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(`Skipped a damaged checkpoint. ${damaged}: expected`);

    expect(await read(stopped, 'scores.json')).toEqual(await read(calm, 'scores.json'));
    const untimed = (epochs: EpochRecord[]) => epochs.map(({ seconds: _, ...rest }) => rest);
    expect(untimed(await read(stopped, 'epochs.json'))).toEqual(untimed(await read(calm, 'epochs.json')));
    const { status, epochs, bestEpoch, parameters } = await read<RunInfo>(calm, 'run.json');
    expect(await read(stopped, 'run.json')).toMatchObject({ status, epochs, bestEpoch, parameters });
    expect([status, epochs]).toEqual(['complete', 2]);
    expect(existsSync(join(stopped.folder, 'checkpoints'))).toBe(false);
  });

  it('that is complete can be scored with flips, as if it had been from the start', async () => {
    const config = small({ tasks: ['segmentation', 'classification'], epochs: 1, stepsPerEpoch: 1 });
    const job = { ...(await jobOf('run', config)), flips: true };
    await runJob(job, never, quiet);
    const [plain, flips] = [await read<RunScores>(job, 'scores.json'), await read<RunScores>(job, 'scores-flips.json')];
    expect(flips.predictions.map(({ id }) => id)).toEqual(plain.predictions.map(({ id }) => id));
    expect(flips.predictions).not.toEqual(plain.predictions);
    await rm(join(job.folder, 'scores-flips.json'));
    const before = memory().numTensors;
    await scoreFlips(job);
    expect(memory().numTensors).toBe(before);
    expect(await read(job, 'scores-flips.json')).toEqual(flips);
  });
});

describe('what a run gets to see', () => {
  const view = async (changes: Partial<RunConfig>) => {
    const { images, split } = await openSplit();
    const config = small(changes);
    return { view: viewFor(images, split, config), infos: images.infos, split, config };
  };

  it('has the images alone that have a label, and classes of one source', async () => {
    const pretrained = { images: 'labelled', classesOf: 'figures' } as const;
    const { view: three, infos } = await view(pretrained);
    const { view: unet } = await view({ ...pretrained, tasks: ['segmentation'] });
    const { view: cnn } = await view({ ...pretrained, tasks: ['classification'] });
    for (const part of ['train', 'validation', 'test'] as const) {
      const of = (own: typeof three) => own.parts[part].map((i) => infos[i]);
      expect(of(unet).every(({ mask }) => mask)).toBe(true);
      expect(of(cnn).every(({ source }) => source === 'figures')).toBe(true);
      expect(new Set(of(three))).toEqual(new Set([...of(unet), ...of(cnn)]));
    }
    const masked = unet.parts.train[0];
    expect(three.truthOf(masked)).toBeNull();
    expect(three.dataset.rows[masked].tasks).not.toContain('classification');
    expect(three.truthOf(cnn.parts.train[0])).toBe(infos[cnn.parts.train[0]].covid);
  });

  it('has so many masks and labels in training, fewer among more, and all of them elsewhere', async () => {
    const known = async (changes: Partial<RunConfig>, task: 'segmentation' | 'classification') => {
      const { view: own } = await view(changes);
      const of = (indices: readonly number[]) => indices.filter((i) => own.dataset.rows[i].tasks.includes(task));
      return { train: of(own.parts.train), test: of(own.parts.test) };
    };
    const [two, four, all] = [
      await known({ masks: 2 }, 'segmentation'),
      await known({ masks: 4 }, 'segmentation'),
      await known({}, 'segmentation'),
    ];
    expect([two.train.length, four.train.length]).toEqual([2, 4]);
    expect(four.train).toEqual(expect.arrayContaining(two.train));
    expect(all.train).toEqual(expect.arrayContaining(four.train));
    expect(two.test).toEqual(all.test);

    const { view: own } = await view({ labels: 6 });
    const { train } = await known({ labels: 6 }, 'classification');
    expect(train.map((i) => own.truthOf(i)).sort()).toEqual([0, 0, 0, 1, 1, 1]);
  });

  it('asks the control for the source, of one source for its images alone', async () => {
    const { view: control, infos } = await view({ target: 'source' });
    for (const [i, { source }] of infos.entries()) expect(control.truthOf(i)).toBe(source === 'figures' ? 1 : 0);
    const { view: alone, infos: all } = await view({ images: 'figures' });
    for (const part of Object.values(alone.parts)) for (const i of part) expect(all[i].source).toBe('figures');
  });

  it('has empty masks of images without COVID-19 only where it asks for them', async () => {
    for (const emptyMasks of [undefined, false, true]) {
      const { view: own, infos } = await view({ emptyMasks, masks: 2 });
      const [ill, healthy] = [1, 0].map((covid) =>
        own.parts.train.filter((i) => infos[i].covid === covid && own.dataset.rows[i].tasks.includes('segmentation')),
      );
      expect(ill).toHaveLength(2);
      expect(healthy).toHaveLength(emptyMasks ? own.parts.train.filter((i) => infos[i].covid === 0).length : 0);
      for (const i of healthy) {
        const { segmentation } = (await own.dataset.read(i)).y;
        expect(segmentation).toEqual({ data: new Uint8Array(256), shape: [16, 16, 1] });
        expect(own.hasDrawnMask(i)).toBe(false);
      }
    }
  });

  it('trains on two drawn masks per batch, however many empty ones there are', async () => {
    const { view: own, config } = await view({ emptyMasks: true, stepsPerEpoch: 6, augment: false });
    let [drawn, empty] = [0, 0];
    for await (const { y, weight } of sourcesFor(own, config).train(0)) {
      expect(Object.keys(y).sort()).toEqual(['classification', 'reconstruction', 'segmentation']);
      const [mask, counts] = [
        y.segmentation?.arraySync() as number[][][][],
        weight?.segmentation?.arraySync() as number[],
      ];
      const known = mask.filter((_, i) => counts === undefined || counts[i] === 1);
      const withLesion = known.filter((one) => one.flat(2).includes(1)).length;
      expect(withLesion).toBeGreaterThanOrEqual(2);
      drawn += withLesion;
      empty += known.length - withLesion;
    }
    expect(drawn).toBeGreaterThanOrEqual(12);
    expect(empty).toBeGreaterThan(0);
  });
});
