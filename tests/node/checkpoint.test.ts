import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type CheckpointOptions, checkpoint } from '../../src/node/checkpoint';
import { csvLog } from '../../src/node/csv-log';
import { loadCheckpoint } from '../../src/node/load-checkpoint';
import { progressBar } from '../../src/node/progress-bar';
import type { Callback } from '../../src/train/callbacks/callback';
import type { PlainData } from '../../src/types';
import { epochLog, fakeRun, type Task } from './fake-run';
import { temporaryDirectory } from './temporary-directory';

const path = temporaryDirectory();

interface Fit {
  readonly callback?: Callback<Task>;
  readonly epochs?: number;
  readonly resumed?: boolean;
  readonly from?: number;
  readonly steps?: number;
}

/** Calls the hooks as a fit does; what it saves says where it was. */
async function fit({ callback = checkpoint(path()), epochs = 3, resumed = false, from = 0, steps = 2 }: Fit) {
  let state: PlainData = null;
  const history = Array.from({ length: from }, (_, epoch) => epochLog(epoch));
  const run = fakeRun({ epochs, resumed, history, snapshot: async () => state });
  await callback.onFitBegin?.(run);
  for (let epoch = from; epoch < epochs; epoch++) {
    for (let step = 1; step <= steps; step++) {
      state = { epoch, step };
      await callback.onSafePoint?.(run, 'step');
    }
    history.push(epochLog(epoch));
    state = { epoch, weights: new Float32Array(10).fill(epoch) };
    await callback.onSafePoint?.(run, 'epoch');
  }
  return { run, callback };
}

const names = async (): Promise<string[]> => (await readdir(path())).sort();

describe('checkpoint', () => {
  it('saves after every epoch and keeps the newest two', async () => {
    await fit({ epochs: 4 });
    expect(await names()).toEqual(['checkpoint-000003.tfmt', 'checkpoint-000004.tfmt']);
    expect(await loadCheckpoint(path())).toEqual({
      state: { epoch: 3, weights: new Float32Array(10).fill(3) },
      file: path('checkpoint-000004.tfmt'),
      skipped: [],
    });
  });

  const cases: [CheckpointOptions, number, PlainData[]][] = [
    [{ every: { epochs: 2 } }, 5, [1, 3, 4]], // and the last one
    [{ every: { steps: 3 } }, 3, [{ epoch: 1, step: 1 }, { epoch: 2, step: 2 }, 2]],
    [{ every: { epochs: 2, steps: 4 } }, 3, [{ epoch: 1, step: 2 }, 1, 2]],
  ];
  for (const [options, epochs, expected] of cases) {
    it(`saves as ${JSON.stringify(options.every)} says, and after the last epoch`, async () => {
      await fit({ callback: checkpoint(path(), { ...options, keep: 9 }), epochs });
      const states: PlainData[] = [];
      for (const name of (await names()).reverse()) {
        const state = (await loadCheckpoint(path()))?.state as { epoch: number; step?: number };
        states.unshift(state.step === undefined ? state.epoch : state);
        await rm(path(name));
      }
      expect(states).toEqual(expected);
    });
  }

  it('saves when the fit is aborted', async () => {
    const callback = checkpoint<Task>(path(), { every: { epochs: 10 } });
    await callback.onFitBegin?.(fakeRun());
    await callback.onSafePoint?.(fakeRun({ snapshot: async () => 'aborted' }), 'abort');
    expect((await loadCheckpoint(path()))?.state).toBe('aborted');
  });

  it('saves the step after which another callback stops the fit', async () => {
    const callback = checkpoint<Task>(path());
    await callback.onFitBegin?.(fakeRun());
    await callback.onSafePoint?.(fakeRun({ snapshot: async () => 'going on' }), 'step');
    expect(await loadCheckpoint(path())).toBeUndefined();
    await callback.onSafePoint?.(fakeRun({ stopped: 'enough', snapshot: async () => 'stopped' }), 'step');
    expect((await loadCheckpoint(path()))?.state).toBe('stopped');
  });

  it('saves the epoch in which another callback stops the fit', async () => {
    const history = [epochLog(0)];
    const callback = checkpoint<Task>(path(), { every: { epochs: 10 } });
    await callback.onFitBegin?.(fakeRun());
    await callback.onSafePoint?.(fakeRun({ history, epochs: 20, snapshot: async () => 'running' }), 'epoch');
    expect(await loadCheckpoint(path())).toBeUndefined();
    const stopped = fakeRun({ history, epochs: 20, stopped: 'no better', snapshot: async () => 'stopped' });
    await callback.onSafePoint?.(stopped, 'epoch');
    expect((await loadCheckpoint(path()))?.state).toBe('stopped');
  });

  it('counts on where a resumed fit goes on', async () => {
    await fit({ epochs: 2 });
    await fit({ epochs: 4, from: 2, resumed: true });
    expect(await names()).toEqual(['checkpoint-000003.tfmt', 'checkpoint-000004.tfmt']);
  });

  it('does not touch the checkpoints of another run, unless told to', async () => {
    await fit({ epochs: 2 });
    const before = await readFile(path('checkpoint-000002.tfmt'));
    await expect(fit({})).rejects.toThrow(
      `${path()}: expected no checkpoints of another run, found 2, the newest ${path('checkpoint-000002.tfmt')}; ` +
        'resume from it (loadCheckpoint), choose another directory or set overwrite.',
    );
    expect(await readFile(path('checkpoint-000002.tfmt'))).toEqual(before);
    await fit({ callback: checkpoint(path(), { overwrite: true }), epochs: 1 });
    expect(await names()).toEqual(['checkpoint-000001.tfmt']);
  });

  it('goes on in a directory of the same run, and does not rotate the files of another one away', async () => {
    const saving = (id: string, resumed: boolean, overwrite = false) => {
      const callback = checkpoint<Task>(path(), { overwrite });
      const run = fakeRun({ id, resumed, snapshot: async () => ({ id }) });
      return { begin: () => callback.onFitBegin?.(run), save: () => callback.onSafePoint?.(run, 'abort') };
    };
    const first = saving('first', false);
    await first.begin();
    await first.save();
    const again = saving('first', true);
    await again.begin();
    await again.save();
    await expect(saving('second', true).begin()).rejects.toThrow(
      `${path()}: expected no checkpoints of another run, found 2, the newest ${path('checkpoint-000002.tfmt')}`,
    );
    expect(await names()).toEqual(['checkpoint-000001.tfmt', 'checkpoint-000002.tfmt']);
    const replacing = saving('second', true, true);
    await replacing.begin();
    await replacing.save();
    expect((await loadCheckpoint(path()))?.state).toEqual({ id: 'second' });
    expect(await names()).toEqual(['checkpoint-000001.tfmt']);
  });

  it('takes no damaged file for one of another run, and so removes none of its own', async () => {
    const saving = (resumed: boolean) => {
      const callback = checkpoint<Task>(path(), { overwrite: true });
      const run = fakeRun({ id: 'first', resumed, snapshot: async () => ({ id: 'first' }) });
      return { begin: () => callback.onFitBegin?.(run), save: () => callback.onSafePoint?.(run, 'abort') };
    };
    const first = saving(false);
    await first.begin();
    await first.save();
    await first.save();
    const newest = path('checkpoint-000002.tfmt');
    const bytes = await readFile(newest);
    bytes.write('w', bytes.indexOf('first')); // its header is still one, and names a run 'wirst'
    await writeFile(newest, bytes);
    await saving(true).begin();
    expect(await names()).toEqual(['checkpoint-000001.tfmt', 'checkpoint-000002.tfmt']);
  });

  it('notices another process that writes to the same directory', async () => {
    const { callback, run } = await fit({ epochs: 2 });
    await fit({ epochs: 1, resumed: true });
    await expect(callback.onSafePoint?.(run, 'epoch')).rejects.toThrow(
      `${path('checkpoint-000003.tfmt')}: another process writes to this directory; give each run its own.`,
    );
  });

  it('removes what a killed run left, and no files of others', async () => {
    const before = new Date(Date.now() - 2 * 60 * 60 * 1000);
    for (const name of ['.0123456789abcdef.tfmt-tmp', 'checkpoint-000001.tfmt.bak', 'notes.txt']) {
      await writeFile(path(name), '');
      await utimes(path(name), before, before);
    }
    await fit({ epochs: 1 });
    expect(await names()).toEqual(['checkpoint-000001.tfmt', 'checkpoint-000001.tfmt.bak', 'notes.txt']);
  });

  it('refuses bad options', () => {
    expect(() => checkpoint(path(), { keep: 0 })).toThrow('checkpoint: keep must be an integer of at least 1, got 0.');
    expect(() => checkpoint(path(), { every: { epochs: 0 } })).toThrow('checkpoint: every.epochs');
    expect(() => checkpoint(path(), { every: { steps: 1.5 } })).toThrow('checkpoint: every.steps');
  });

  it('takes the tasks of the fit that it is given to', async () => {
    const callbacks: readonly Callback<Task>[] = [checkpoint(path()), progressBar(), csvLog(path('log.csv'))];
    expect(callbacks).toHaveLength(3);
  });
});

describe('loadCheckpoint', () => {
  it('gives undefined where nothing was saved', async () => {
    expect(await loadCheckpoint(path())).toBeUndefined();
    expect(await loadCheckpoint(path('none'))).toBeUndefined();
  });

  it('falls back to the last good one when the newest was cut off at any byte, and says so', async () => {
    await fit({ epochs: 2 });
    const whole = await readFile(path('checkpoint-000002.tfmt'));
    for (let length = 0; length < whole.length; length += 5) {
      await writeFile(path('checkpoint-000002.tfmt'), whole.subarray(0, length));
      const last = await loadCheckpoint(path());
      expect(last?.state).toEqual({ epoch: 0, weights: new Float32Array(10) });
      expect(last?.file).toBe(path('checkpoint-000001.tfmt'));
      expect(last?.skipped).toHaveLength(1);
      expect(last?.skipped[0].file).toBe(path('checkpoint-000002.tfmt'));
      expect(last?.skipped[0].reason).toContain('expected a whole archive');
    }
  });

  it('goes by the number, not by the length of its name', async () => {
    await fit({ epochs: 1 });
    await writeFile(path('checkpoint-1000000.tfmt'), await readFile(path('checkpoint-000001.tfmt')));
    await writeFile(path('checkpoint-999999.tfmt'), 'torn');
    expect((await loadCheckpoint(path()))?.file).toBe(path('checkpoint-1000000.tfmt'));
  });

  it('names every file when none is whole, and what is no directory', async () => {
    await writeFile(path('checkpoint-000001.tfmt'), 'a');
    await writeFile(path('checkpoint-000002.tfmt'), '');
    const error = await loadCheckpoint(path()).catch(({ message }: Error) => message);
    expect(error).toContain(`${path()}: expected a whole checkpoint, found none: `);
    expect(error).toContain('checkpoint-000001.tfmt');
    expect(error).toContain('checkpoint-000002.tfmt');
    await expect(loadCheckpoint(path('checkpoint-000001.tfmt'))).rejects.toThrow(
      `${path('checkpoint-000001.tfmt')}: expected a directory of checkpoints: ENOTDIR`,
    );
  });
});
