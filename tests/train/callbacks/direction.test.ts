import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { auc, averageSurfaceDistance } from '../../../src/metrics/index';
import { usualDirection } from '../../../src/train/callbacks/usual-directions';
import { createTrainer, earlyStopping, type Monitor, type Run, reduceOnPlateau } from '../../../src/train/index';
import type { AnyMetric } from '../../../src/types';
import { METRICS } from '../../contracts/metrics';
import { useCpu } from '../../support/cpu';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';

// Callbacks that wait for a score to get better ask its metric which values are better.

useCpu();

const scripted = (results: readonly unknown[], direction?: 'min' | 'max'): AnyMetric => {
  let i = 0;
  const metric = { init: () => null, update: async () => null, merge: () => null, compute: () => results[i++] };
  return direction === undefined ? metric : { ...metric, direction };
};

/** Fits the tiny model with one metric of task a, and returns where the fit ended and with which learning rates. */
async function fit(metric: AnyMetric, callbacks: Parameters<ReturnType<typeof make>['fit']>[1]['callbacks']) {
  const trainer = make(metric);
  const batch = tinyBatch([[1, 2]], { a: [1], b: [0] });
  const history = await trainer.fit(() => [batch], { epochs: 4, validation: () => [batch], callbacks: callbacks! });
  disposeBatch(batch);
  trainer.dispose();
  return history.epochs.map(({ learningRate }) => learningRate);
}

const make = (metric: AnyMetric) =>
  createTrainer(tinyModel(), {
    optimizer: train.sgd(0.01),
    losses: { a: squares, b: squares },
    metrics: { a: { ofMine: metric } },
  });

describe('a score that is watched without a mode', () => {
  const watch = (monitor: Monitor<TinyTask> = 'validation.a.ofMine') => [
    earlyStopping<TinyTask>({ monitor, patience: 1 }),
    reduceOnPlateau<TinyTask>({ monitor, patience: 1, factor: 0.5 }),
  ];

  it.each([
    ['falls', 'min', [4, 3, 2, 1], 4],
    ['rises', 'min', [1, 2, 3, 4], 2],
    ['rises', 'max', [1, 2, 3, 4], 4],
    ['falls', 'max', [4, 3, 2, 1], 2],
  ] as const)('%s, where its metric says that the better values are the %s', async (_, direction, values, epochs) => {
    const results = values.map((value) => ({ value, skipped: 0 }));
    const rates = await fit(scripted(results, direction), watch());
    expect(rates).toHaveLength(epochs);
    expect(rates.every((rate) => rate === 0.01)).toBe(true);
    const lists = values.map((value) => [0, value]);
    expect(await fit(scripted(lists, direction), watch('validation.a.ofMine.1'))).toHaveLength(epochs);
  });

  it('of a metric that does not say is refused before the first epoch, however it is called', async () => {
    for (const callback of watch()) {
      await expect(fit(scripted([1, 2, 3, 4]), [callback])).rejects.toThrow(
        `whether 'validation.a.ofMine' is better when it is larger or when it is smaller is not known`,
      );
    }
    const beside = [earlyStopping<TinyTask>({ monitor: 'validation.a.ofMine.skipped' })];
    await expect(fit(scripted([{ value: 1, skipped: 3 }], 'max'), beside)).rejects.toThrow(
      "give mode: 'max' or mode: 'min'",
    );
  });

  it('may be given one, against the metric too', async () => {
    const given = [earlyStopping<TinyTask>({ monitor: 'validation.a.ofMine', patience: 1, mode: 'min' })];
    expect(await fit(scripted([3, 2, 1, 0]), given)).toHaveLength(4);
    expect(await fit(scripted([3, 2, 1, 0], 'max'), given)).toHaveLength(4);
  });

  it('is one that the fit has', async () => {
    await expect(fit(scripted([1], 'max'), watch('validation.b.ofMine'))).rejects.toThrow(
      "there is no score 'validation.b.ofMine'; this trainer has train.loss, train.a.loss, train.a.ofMine, train.b.loss, " +
        'validation.loss, validation.a.loss, validation.a.ofMine, validation.b.loss.',
    );
  });
});

it('a run tells the direction of each of its scores', async () => {
  const model = tinyModel();
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.01),
    losses: { a: squares, b: squares },
    metrics: { a: { distance: averageSurfaceDistance({ threshold: 0.5 }) }, b: { auc: auc(), own: scripted([]) } },
  });
  const directions: unknown[] = [];
  const begin = ({ direction }: Run<TinyTask>) => {
    for (const score of [
      'train.loss',
      'validation.b.loss',
      'validation.a.distance',
      'validation.b.auc',
      'validation.b.own',
      'train.b.auc',
    ]) {
      directions.push(direction(score));
    }
    throw new Error('seen');
  };
  await expect(trainer.fit(() => [], { epochs: 1, callbacks: [{ onFitBegin: begin }] })).rejects.toThrow('seen');
  expect(directions).toEqual(['min', 'min', 'min', 'max', undefined, 'max']);
  trainer.dispose();
  model.dispose();
});

describe('where a run knows nothing of its scores', () => {
  it('the usual names stand for their metrics, and agree with them', () => {
    const all = Object.values(METRICS).flatMap(({ cases }) => Object.entries(cases));
    const seen = all.flatMap(([name, { metric }]) => {
      const usual = usualDirection(name.split(',')[0]);
      return usual === undefined ? [] : [[name, usual, metric.direction] as const];
    });
    expect(seen.length).toBeGreaterThan(15);
    for (const [name, usual, direction] of seen) expect([name, usual]).toEqual([name, direction]);
  });

  it('other names need a mode', () => {
    const run = { resumed: false } as Run<TinyTask>;
    const begin = (monitor: Monitor<TinyTask>) => () => earlyStopping<TinyTask>({ monitor }).onFitBegin?.(run);
    expect(begin('validation.a.hausdorff')).not.toThrow();
    expect(begin('validation.a.quality')).toThrow("whether 'validation.a.quality' is better");
  });
});
