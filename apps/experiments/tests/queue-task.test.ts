import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import { checkRunData } from '../src/queue/check-run-data';
import { dataDigest } from '../src/queue/digests';
import { OtherWork } from '../src/queue/other-work';
import { checkFolder, movePaths, type Task, taskKey } from '../src/queue/task';
import type { RunRequest } from '../src/runs/child';
import { runId } from '../src/runs/run-folder';
import type { Job } from '../src/runs/run-job';
import { temporaryDirectory } from './support/temporary-directory';

const path = temporaryDirectory();
const { runs } = declareGrid('tiny', { mixedSource: null });

function jobOf(changes: Partial<Job> = {}): Job {
  const [config] = runs;
  const where = { folder: path('runs', 'a'), out: path(), splitFile: path('split.json'), data: null, phantoms: 60 };
  const how = { weights: null, split: 'digest', code: null, backend: 'cpu', gallery: false, flips: false } as const;
  return { id: runId(config), config, ...where, ...how, ...changes };
}

function taskOf(changes: Partial<Job> = {}, others: Partial<Task> = {}, data = 'images'): Task {
  const job = jobOf(changes);
  return { id: job.id, request: { job, work: 'train', threads: 1, data }, code: 'code', ...others };
}

describe('a job of the queue', () => {
  it('has one name for one run, and another for other settings, data, code or folders', () => {
    const key = taskKey(taskOf());
    expect(key).toMatch(/^t1t2t3-32-seed1-[0-9a-f]{8}-[0-9a-f]{16}$/);
    expect(taskKey(taskOf({ code: 'a commit', config: { ...runs[0], study: 'another', arm: 'another' } }))).toBe(key);
    const others = [
      taskOf({ config: { ...runs[0], learningRate: 1 } }),
      taskOf({ split: 'another' }),
      taskOf({ folder: path('elsewhere') }),
      taskOf({ backend: 'simd' }),
      taskOf({}, { code: 'another' }),
      taskOf({}, {}, 'others'),
    ];
    expect(new Set([key, ...others.map(taskKey)]).size).toBe(7);
  });

  it('finds its files where a machine has them', () => {
    const request = taskOf({ data: '/home/a/data', folder: '/home/a/runs/x', out: '/home/ab' }).request;
    const { job } = movePaths(request, ['/home/a', '/mnt']) as RunRequest;
    expect(job).toEqual({ ...(request as RunRequest).job, data: '/mnt/data', folder: '/mnt/runs/x' });
  });

  it('is refused where its folder is not, or is another', async () => {
    const { request } = taskOf();
    await expect(checkFolder(request)).rejects.toThrow(
      `${path('split.json')} is not there on this machine: workers write into the folder of --out`,
    );
    await writeFile(path('split.json'), '{}');
    await checkFolder(request);
  });

  it('is refused where the images or the split are others, by what is in them', async () => {
    const data = path('data');
    await mkdir(data);
    await writeFile(path('data', 'manifest.csv'), 'image,mask,covid\na.png,m.png,1\ngone.png,,0\n');
    await writeFile(path('data', 'a.png'), 'image');
    await writeFile(path('data', 'm.png'), 'mask');
    await writeFile(path('split.json'), 'split');
    const split = createHash('sha256').update('split').digest('hex');
    const digest = await dataDigest(data);
    await checkRunData(jobOf({ data, split }), digest);
    await expect(checkRunData(jobOf({ data, split: 'another' }), digest)).rejects.toThrow(OtherWork);
    for (const [file, before] of [
      ['a.png', 'image'],
      ['m.png', 'mask'],
    ]) {
      await writeFile(path('data', file), 'other');
      await expect(checkRunData(jobOf({ data, split }), digest)).rejects.toThrow(
        /the images here \([0-9a-f]{12}\) are not those of which the work was made \([0-9a-f]{12}\); use the same data\./,
      );
      await writeFile(path('data', file), before);
    }
    await checkRunData(jobOf({ data, split }), digest);
    await writeFile(path('data', 'manifest.csv'), 'image,mask,covid\na.png,m.png,0\ngone.png,,0\n');
    await expect(checkRunData(jobOf({ data, split }), digest)).rejects.toThrow('use the same data');
  });
});
