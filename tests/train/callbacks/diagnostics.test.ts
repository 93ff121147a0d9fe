import { dispose, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type Callback,
  conflicts,
  createTrainer,
  diagnostics,
  fixedWeights,
  gradDrop,
  randomLossWeighting,
  type StepDiagnostics,
  sumGradient,
  taskWeights,
  uncertainty,
} from '../../../src/train/index';
import type { PlainData, Source } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { slopesOf } from '../../support/slopes';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';
import { tinyGradient, tinyWeights } from '../../support/tiny-oracle';

useCpu();

const losses = { a: squares, b: squares };
const rows = [
  [1, 2],
  [-1, 0.5],
];

/** Two batches per epoch; the second lacks task b. */
const source: Source<TinyTask> = function* () {
  for (const y of [{ a: [1, 0], b: [0.5, 1] }, { a: [1, 1] }]) {
    const batch = tinyBatch(rows, y);
    try {
      yield batch;
    } finally {
      disposeBatch(batch);
    }
  }
};

const makeTrainer = (options: object) => {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.sgd(0), losses, ...options });
  return {
    trainer,
    dispose: () => {
      trainer.dispose();
      model.dispose();
    },
  };
};

describe('diagnostics', () => {
  it('records lengths and cosines of the gradients over the shared weights', async () => {
    const watch = diagnostics<TinyTask>();
    const { trainer, dispose: end } = makeTrainer({ aggregator: sumGradient() });
    await trainer.fit(source, { epochs: 2, callbacks: [watch] });
    end();
    expect(watch.records.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 0],
      [0, 1],
      [1, 2],
      [1, 3],
    ]);
    const data = { x: rows, y: { a: [1, 0], b: [0.5, 1] } };
    const own = (factor: { a: number; b: number }) => tinyGradient(tinyWeights(), data, factor).gradient.slice(0, 4);
    const [a, b] = [own({ a: 1, b: 0 }), own({ a: 0, b: 1 })];
    const product = a.reduce((sum, v, i) => sum + v * b[i], 0);
    const [first, second] = watch.records;
    expect(first.norms!.a).toBeCloseTo(Math.hypot(...a), 4);
    expect(first.norms!.b).toBeCloseTo(Math.hypot(...b), 4);
    expect(first.cosines).toHaveLength(1);
    expect(first.cosines![0].tasks).toEqual(['a', 'b']);
    expect(first.cosines![0].value).toBeCloseTo(product / Math.hypot(...a) / Math.hypot(...b), 5);
    expect(first.weights).toEqual({ a: 1, b: 1 });
    expect(Object.keys(second.losses)).toEqual(['a']);
    expect(second.cosines).toEqual([]);
    expect(structuredClone(watch.records)).toEqual(watch.records);
  });

  it('records no weights where an aggregator joins element by element', async () => {
    const watch = diagnostics<TinyTask>();
    const summed = diagnostics<TinyTask>();
    for (const [aggregator, callback] of [
      [gradDrop(), watch],
      [sumGradient(), summed],
    ] as const) {
      const { trainer, dispose: end } = makeTrainer({ aggregator });
      await trainer.fit(source, { epochs: 1, callbacks: [callback] });
      end();
    }
    expect(watch.records).toEqual(summed.records.map(({ weights: _, ...rest }) => rest));
    expect(watch.records[0].cosines).toHaveLength(1);
    expect(watch.records[0]).not.toHaveProperty('weights');
  });

  it('records the weights of a weighting, at the step that it was asked', async () => {
    const weighting = randomLossWeighting<TinyTask>({ seed: 4 });
    const watch = diagnostics({ weighting });
    const plain = diagnostics<TinyTask>();
    const { trainer, dispose: end } = makeTrainer({ weighting });
    await trainer.fit(source, { epochs: 2, callbacks: [watch, { ...plain, name: 'plain' }] });
    end();
    const expected = await slopesOf(weighting, { a: 1, b: 1 }, { step: 2, epoch: 1 });
    expect(watch.records[2].weights).toEqual(expected.slopes);
    expect(watch.records[3].weights).toEqual({ a: 1 });
    expect(plain.records[2].weights).toBeUndefined();
    expect(plain.records[2].losses).toEqual(watch.records[2].losses);
  });

  it('goes on where a resumed fit goes on, and starts anew with a new one', async () => {
    const snapshots: PlainData[] = [];
    const recorder: Callback<TinyTask> = {
      onSafePoint: async (run) => void snapshots.push(structuredClone(await run.snapshot())),
    };
    const whole = diagnostics<TinyTask>();
    const rest = diagnostics<TinyTask>();
    const { trainer, dispose: end } = makeTrainer({ aggregator: sumGradient() });
    await trainer.fit(source, { epochs: 2, callbacks: [whole, recorder] });
    await trainer.fit(source, { epochs: 2, callbacks: [rest], resume: snapshots[1] });
    expect(rest.records).toEqual(whole.records);
    await trainer.fit(source, { epochs: 1, callbacks: [rest] });
    expect(rest.records).toHaveLength(2);
    end();
  });

  it('leaves no tensor behind', async () => {
    const { trainer, dispose: end } = makeTrainer({ weighting: fixedWeights({ b: 2 }) });
    const fit = () =>
      trainer.fit(source, { epochs: 1, callbacks: [diagnostics({ weighting: fixedWeights<TinyTask>({ b: 2 }) })] });
    await fit();
    await expectNoLeak(fit);
    end();
  });
});

describe('taskWeights', () => {
  it('gives the slopes of the joint loss', async () => {
    const weighting = uncertainty({ a: 'regression', b: 'classification' });
    const progress = { step: 0, epoch: 0, training: true };
    expect(await taskWeights(weighting, { a: 3, b: 1 }, progress)).toEqual({ a: 0.5, b: 1 });
    expect(await taskWeights(weighting, {}, progress)).toEqual({});
    dispose([...(weighting.variables ?? [])]);
  });
});

describe('conflicts', () => {
  it('tells for each pair how often and how much its gradients disagree, the worst pair first', () => {
    type Three = 'a' | 'b' | 'c';
    const record = (...cosines: [Three, Three, number][]): StepDiagnostics<Three> => ({
      epoch: 0,
      step: 0,
      losses: {},
      cosines: cosines.map(([first, second, value]) => ({ tasks: [first, second], value })),
    });
    const records = [
      record(['a', 'b', 0.5], ['a', 'c', -0.5], ['b', 'c', Number.NaN]),
      record(['a', 'c', 0.25]),
      record(['c', 'a', -0.25], ['a', 'b', 0.25]),
      { epoch: 0, step: 3, losses: {} },
    ];
    expect(conflicts(records)).toEqual([
      { tasks: ['a', 'c'], steps: 3, share: 2 / 3, meanCosine: -0.5 / 3, lowestCosine: -0.5 },
      { tasks: ['a', 'b'], steps: 2, share: 0, meanCosine: 0.375, lowestCosine: 0.25 },
    ]);
    expect(conflicts([])).toEqual([]);
  });
});
