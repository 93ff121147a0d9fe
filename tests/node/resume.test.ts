import { readFile, truncate } from 'node:fs/promises';
import { train } from '@tensorflow/tfjs-core';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { checkpoint } from '../../src/node/checkpoint';
import { csvLog } from '../../src/node/csv-log';
import { loadCheckpoint } from '../../src/node/load-checkpoint';
import { type Callback, createTrainer } from '../../src/train/index';
import type { PlainData, Source } from '../../src/types';
import { useCpu } from '../support/cpu';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';
import { temporaryDirectory } from './temporary-directory';

useCpu();
const path = temporaryDirectory();

/** Five batches per epoch that differ from epoch to epoch. */
const source: Source<TinyTask> = function* (epoch: number) {
  for (let i = 0; i < 5; i++) {
    const value = Math.sin(1 + epoch * 5 + i);
    const batch = tinyBatch([[value, 1]], { a: [value], b: [-value] });
    try {
      yield batch;
    } finally {
      disposeBatch(batch);
    }
  }
};

async function fit(callbacks: readonly Callback<TinyTask>[], resume?: PlainData): Promise<readonly number[]> {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses: { a: squares, b: squares } });
  try {
    await trainer.fit(source, { epochs: 3, callbacks, resume });
    return await flatWeights(model);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Fails at the given step, counted over all epochs. */
function crash(at: number): Callback<TinyTask> {
  let steps = 0;
  return {
    onStepEnd() {
      if (++steps === at) throw new Error('crash');
    },
  };
}

const logged = async () =>
  (parse(await readFile(path('log.csv')), { columns: true }) as Record<string, string>[]).map(
    ({ seconds, ...row }) => row,
  );

describe('A fit that goes on from a checkpoint on disk', () => {
  for (const at of [3, 5, 8, 14]) {
    it(`after a crash at step ${at} ends with the weights and the log of an undisturbed one`, async () => {
      const expected = await fit([csvLog(path('log.csv'))]);
      const log = await logged();
      const callbacks = [csvLog<TinyTask>(path('log.csv')), checkpoint<TinyTask>(path('run'), { every: { steps: 2 } })];
      await expect(fit([...callbacks, crash(at)])).rejects.toThrow('crash');
      const last = await loadCheckpoint(path('run'));
      expect(await fit(callbacks, last?.state)).toEqual(expected);
      expect(await logged()).toEqual(log);
    });
  }

  it('also where the newest one is torn', async () => {
    const expected = await fit([]);
    const callback = checkpoint<TinyTask>(path('run'), { every: { steps: 2 } });
    await expect(fit([callback, crash(9)])).rejects.toThrow('crash');
    const newest = await loadCheckpoint(path('run'));
    await truncate(newest?.file as string, 100);
    const last = await loadCheckpoint(path('run'));
    expect(last?.skipped.map(({ file }) => file)).toEqual([newest?.file]);
    expect(await fit([callback], last?.state)).toEqual(expected);
  });
});

it('A checkpoint of weights that an update made NaN is not written, and the last good one stays the newest', async () => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses: { a: squares, b: squares } });
  let good: readonly number[] = [];
  let steps = 0;
  const tooFast: Callback<TinyTask> = {
    async onStepEnd(run) {
      if (++steps < 4) good = await flatWeights(model);
      if (steps === 3) run.learningRate = 1e39;
    },
  };
  const callbacks = [tooFast, checkpoint<TinyTask>(path(), { every: { steps: 1 } })];
  await expect(trainer.fit(source, { epochs: 3, callbacks })).rejects.toThrow('so nothing was saved');
  const saved = await loadCheckpoint(path());
  expect(saved?.file).toBe(path('checkpoint-000003.tfmt'));
  trainer.load((saved!.state as { trainer: PlainData }).trainer);
  expect(await flatWeights(model)).toEqual(good);
  trainer.dispose();
  model.dispose();
});

it('A fit whose last update made weights infinite says so', async () => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.sgd(0.05), losses: { a: squares, b: squares } });
  const tooFast: Callback<TinyTask> = {
    onStepEnd(run, { step }) {
      if (step === 4) run.learningRate = 3e38;
    },
  };
  await expect(trainer.fit(source, { epochs: 1, callbacks: [tooFast] })).rejects.toThrow(
    /^fit: epoch 0: after its last update the weight \S+ holds -?(NaN|Infinity)\. Go back to a checkpoint/,
  );
  trainer.dispose();
  model.dispose();
});
