import { tensor2d, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createTrainer, fixedWeights } from '../../src/train/index';
import type { Metric, Source, Values } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';
import { type TinyData, tinyGradient, tinyWeights } from '../support/tiny-oracle';

useCpu();

const data: TinyData[] = [
  {
    x: [
      [1, 2],
      [3, -1],
      [0, 1],
    ],
    y: { a: [1, 2, 3], b: [0, 1, 2] },
    weight: { b: [1, 0, 2] },
  },
  { x: [[2, 2]], y: { a: [1] } },
  { x: [[1, 1]], y: { b: [7] }, weight: { b: [0] } },
  { x: [[0, 1]], y: {} },
];

const source: Source<TinyTask> = function* () {
  for (const { x, y, weight } of data) {
    const batch = tinyBatch(x, y, weight);
    yield batch;
    disposeBatch(batch);
  }
};

/** Keeps what it is given: one [truth, prediction, weight] a sample. */
const record: Metric<number[][], number[][]> = {
  init: () => [],
  async update(state, yTrue, yPred, weight) {
    const read = async (values: Values) => Array.from(await (values as ReturnType<typeof tensor2d>).data());
    const [truth, prediction] = [await read(yTrue), await read(yPred)];
    const weights = weight === undefined ? truth.map(() => 1) : await read(weight);
    return [...state, ...truth.map((value, i) => [value, prediction[i], weights[i]])];
  },
  merge: (a, b) => [...a, ...b],
  compute: (state) => state,
};

describe('evaluate', () => {
  const setUp = (averageDecay?: number) => {
    const model = tinyModel();
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.1),
      losses: { a: squares, b: squares },
      metrics: { a: { record }, b: { record } },
      weighting: fixedWeights({ a: 2 }),
      ...(averageDecay === undefined ? {} : { averageDecay }),
    });
    return { trainer, model };
  };

  it('scores each task over the samples that carry its label', async () => {
    const { trainer, model } = setUp();
    const scores = await trainer.evaluate(source);
    // Task a by hand: predictions 3, 2, 1, 4 against 1, 2, 3, 1; task b: -1, 4, -1 against 0, 1, 2, weights 1, 0, 2.
    expect(scores.a.record).toEqual([
      [1, 3, 1],
      [2, 2, 1],
      [3, 1, 1],
      [1, 4, 1],
    ]);
    expect(scores.b.record).toEqual([
      [0, -1, 1],
      [1, 4, 0],
      [2, -1, 2],
    ]);
    expect(scores.a.loss).toBeCloseTo((4 + 0 + 4 + 9) / 4, 6);
    expect(scores.b.loss).toBeCloseTo((1 + 2 * 9) / 3, 6);
    expect(scores.b.loss).toBeCloseTo(tinyGradient(tinyWeights(), data[0]).losses.b!, 6);
    expect(scores.loss).toBeCloseTo(2 * scores.a.loss + scores.b.loss, 5);
    trainer.dispose();
    model.dispose();
  });

  it('gives NaN for a task that no sample has labels for', async () => {
    const { trainer, model } = setUp();
    const unlabelled = tinyBatch([[1, 2]], { b: [9] }, { b: [0] });
    const scores = await trainer.evaluate(() => [unlabelled]);
    disposeBatch(unlabelled);
    expect(scores).toEqual({
      loss: Number.NaN,
      a: { loss: Number.NaN, record: [] },
      b: { loss: Number.NaN, record: [] },
    });
    trainer.dispose();
    model.dispose();
  });

  it('says so when a source gives nothing', async () => {
    const { trainer, model } = setUp();
    await expect(trainer.evaluate(() => [])).rejects.toThrow('evaluate: the source returned no batch');
    trainer.dispose();
    model.dispose();
  });

  it('leaves no tensor behind, nor does predict', async () => {
    const { trainer, model } = setUp(0.9);
    await trainer.evaluate(source);
    await expectNoLeak(() => trainer.evaluate(source));
    await expectNoLeak(async () => {
      const x = tensor2d([[1, 2]]);
      const { a, b } = await trainer.predict(x);
      expect(Array.from(await a.data())).toEqual([3]);
      expect(Array.from(await b.data())).toEqual([-1]);
      for (const t of [x, a, b]) t.dispose();
    });
    trainer.dispose();
    model.dispose();
  });

  it('can be aborted', async () => {
    const { trainer, model } = setUp();
    await expect(trainer.evaluate(source, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    trainer.dispose();
    model.dispose();
  });

  it('lets the whole model be disposed after heads have been run alone', async () => {
    await expectNoLeak(async () => {
      const { trainer, model } = setUp();
      await trainer.evaluate(source);
      trainer.dispose();
      model.dispose();
    });
  });
});
