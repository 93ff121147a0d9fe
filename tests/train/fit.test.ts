import { train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  type Callback,
  cosineDecay,
  createTrainer,
  earlyStopping,
  type FitOptions,
  learningRate,
  polynomialDecay,
  reduceOnPlateau,
  warmUp,
} from '../../src/train/index';
import type { Batch, Metric, PlainData, Source, Weighting } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, flatWeights, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

const losses = { a: squares, b: squares };

/** Five batches per epoch that differ from epoch to epoch; some lack a task. */
const source: Source<TinyTask> = function* (epoch: number) {
  for (let i = 0; i < 5; i++) {
    const value = Math.sin(1 + epoch * 5 + i);
    const rows = [
      [value, 1],
      [0.5, -value],
    ];
    const batch: Batch<TinyTask> = tinyBatch(rows, i % 2 ? { a: [value, 0.3] } : { a: [0.1, value], b: [value, 0] });
    try {
      yield batch;
    } finally {
      disposeBatch(batch);
    }
  }
};

/** A metric that gives the values of a script, one each time it is computed. */
function scripted(values: number[]): Metric<null> {
  let i = 0;
  const compute = () => values[i++];
  return { init: () => null, update: async () => null, merge: () => null, compute, direction: 'max' };
}

type Extra = Partial<FitOptions<TinyTask>> & { script?: number[]; optimizer?: ReturnType<typeof train.adam> };

async function run({ script, optimizer = train.adam(0.05), ...fit }: Extra) {
  const model = tinyModel();
  const trainer = createTrainer(model, {
    optimizer,
    losses,
    metrics: { a: { score: scripted(script ?? Array(100).fill(0)) } },
  });
  const history = await trainer.fit(source, { epochs: 4, ...fit });
  const weights = await flatWeights(model);
  trainer.dispose();
  model.dispose();
  return { history, weights };
}

/** Keeps the snapshots of the safe points that `when` picks. */
function recorder(when: (at: string, count: number) => boolean): Callback<TinyTask> & { snapshots: PlainData[] } {
  let count = 0;
  const snapshots: PlainData[] = [];
  return {
    snapshots,
    async onSafePoint(r, at) {
      if (when(at, count++)) snapshots.push(structuredClone(await r.snapshot()));
    },
  };
}

const timeless = (history: object) => JSON.parse(JSON.stringify(history, (key, v) => (key === 'seconds' ? 0 : v)));

describe('fit', () => {
  it('calls the hooks in order and keeps a plain history', async () => {
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    const { history } = await run({
      epochs: 2,
      validation: source,
      callbacks: [
        {
          onFitBegin: note('fit'),
          onEpochBegin: note('epoch'),
          onStepEnd: (r, log) => void calls.push(`step ${r.epoch}.${log.step}/${r.steps}`),
          onEpochEnd: note('epoch end'),
          onSafePoint: (_, at) => void (at === 'epoch' && calls.push('safe')),
          onFitEnd: note('fit end'),
        },
      ],
    });
    const epoch = (e: number, total: string) => [
      'epoch',
      ...[1, 2, 3, 4, 5].map((s) => `step ${e}.${s}/${total}`),
      'epoch end',
      'safe',
    ];
    expect(calls).toEqual(['fit', ...epoch(0, 'undefined'), ...epoch(1, '5'), 'fit end']);
    expect(history.epochs.map((e) => e.epoch)).toEqual([0, 1]);
    expect(history.stopped).toBeUndefined();
    expect(structuredClone(history)).toEqual(history);
    const [first] = history.epochs;
    expect(first.learningRate).toBe(0.05);
    expect(first.validation?.a.score).toBe(0);
    expect(first.train.a.loss).toBeGreaterThan(0);
    expect(first.validation?.loss).toBeCloseTo(first.validation!.a.loss + first.validation!.b.loss, 6);
  });

  it('gives the same numbers for the same seed', async () => {
    expect((await run({})).weights).toEqual((await run({})).weights);
  });

  it('goes on from a snapshot of any step as if it had never stopped', async () => {
    const all = () => [
      earlyStopping<TinyTask>({ monitor: 'validation.a.loss', patience: 50 }),
      reduceOnPlateau<TinyTask>({ monitor: 'train.loss', patience: 1, factor: 0.5 }),
      learningRate<TinyTask>(warmUp(7, ({ epoch }) => 0.05 / (epoch + 1))),
    ];
    const saved = recorder(() => true);
    const whole = await run({ validation: source, callbacks: [...all(), saved] });
    expect(saved.snapshots).toHaveLength(24);
    for (const resume of saved.snapshots) {
      const rest = await run({ validation: source, callbacks: all(), resume, optimizer: train.adam(0.9) });
      expect(rest.weights).toEqual(whole.weights);
      expect(timeless(rest.history)).toEqual(timeless(whole.history));
    }
  });

  it.each([
    ['sgd', () => train.sgd(0.05)],
    ['momentum', () => train.momentum(0.05, 0.9)],
    ['rmsprop', () => train.rmsprop(0.05, 0.9, 0.5, 1e-7, true)],
    ['adagrad', () => train.adagrad(0.05)],
    ['adadelta', () => train.adadelta(0.5)],
    ['adamax', () => train.adamax(0.05)],
  ])('resumes exactly with %s', async (_, make) => {
    const optimizer = () => make() as unknown as ReturnType<typeof train.adam>;
    const saved = recorder((at, count) => at === 'step' && count === 8);
    const whole = await run({ callbacks: [saved], optimizer: optimizer() });
    const rest = await run({ resume: saved.snapshots[0], optimizer: optimizer() });
    expect(rest.weights).toEqual(whole.weights);
  });

  it('resumes exactly with accumulation, an average of the weights and a weighting that learns', async () => {
    const go = async (resume?: PlainData, callbacks: Callback<TinyTask>[] = []) => {
      const model = tinyModel();
      const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, accumulate: 2, averageDecay: 0.8 });
      await trainer.fit(source, { epochs: 3, callbacks, ...(resume === undefined ? {} : { resume }) });
      const weights = await flatWeights(model);
      trainer.dispose();
      model.dispose();
      return weights;
    };
    const saved = recorder(() => true);
    const whole = await go(undefined, [saved]);
    for (const resume of saved.snapshots) expect(await go(resume)).toEqual(whole);
  });

  it('counts the seconds of an epoch in which it was interrupted over both sittings, and keeps its id', async () => {
    const slow: Callback<TinyTask> = { onStepEnd: () => new Promise((resolve) => setTimeout(resolve, 30)) };
    const ids: string[] = [];
    const saved = recorder((at, count) => at === 'step' && count === 1);
    const note: Callback<TinyTask> = { onFitBegin: ({ id }) => void ids.push(id) };
    await run({ callbacks: [slow, saved, note], epochs: 1 });
    const [resume] = saved.snapshots;
    const before = (resume as unknown as { seconds: number }).seconds;
    expect(before).toBeGreaterThan(0.05); // two steps
    const began = performance.now();
    const { history } = await run({ resume, callbacks: [note], epochs: 1 });
    const after = (performance.now() - began) / 1000;
    expect(history.epochs[0].seconds).toBeGreaterThan(before);
    expect(history.epochs[0].seconds).toBeLessThan(before + after);
    await run({ callbacks: [note], epochs: 1 });
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses a snapshot of another model or of another optimizer', async () => {
    const saved = recorder((at) => at === 'epoch');
    await run({ epochs: 1, callbacks: [saved] });
    const [resume] = saved.snapshots;
    const optimizer = train.sgd(0.1) as never;
    await expect(run({ resume, optimizer })).rejects.toThrow('written with the optimizer Adam, the trainer has SGD');
    await expect(run({ resume: { kind: 'x' } })).rejects.toThrow('resume must be what run.snapshot() returned');
    const other = structuredClone(resume) as unknown as { trainer: { weights: { shape: number[] }[] } };
    other.trainer.weights[1].shape = [2, 7];
    await expect(run({ resume: other as unknown as PlainData })).rejects.toThrow(
      'weight 1 is a/kernel [2,7] there and a/kernel [2,1] here',
    );
  });

  it('names task, step and epoch when a loss becomes NaN, and still ends the callbacks', async () => {
    const ended: boolean[] = [];
    const bad: Source<TinyTask> = function* (epoch) {
      yield* source(epoch) as Iterable<Batch<TinyTask>>;
      if (epoch === 1) yield tinyBatch([[1e25, 1e25]], { b: [1] });
    };
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses });
    await expect(
      trainer.fit(bad, { epochs: 3, callbacks: [{ onFitEnd: () => void ended.push(true) }] }),
    ).rejects.toThrow(/^fit: epoch 1, step 6: the loss of 'b' became Infinity; the weights are those of before/);
    expect(ended).toEqual([true]);
    trainer.dispose();
    model.dispose();
  });

  it('tells the first error, and ends every callback that has begun, and no other', async () => {
    const calls: string[] = [];
    const broken = (name: string, ...at: readonly string[]): Callback<TinyTask> => ({
      onFitBegin: () => {
        calls.push(`${name} begins`);
        if (at.includes('begin')) throw new Error(`${name} cannot begin`);
      },
      onFitEnd: () => {
        calls.push(`${name} ends`);
        if (at.includes('end')) throw new Error(`${name} cannot end`);
      },
    });
    const fit = (...callbacks: Callback<TinyTask>[]) => run({ epochs: 1, callbacks });
    await expect(fit(broken('a', 'end'), broken('b', 'begin'), broken('c'))).rejects.toThrow('b cannot begin');
    expect(calls.splice(0)).toEqual(['a begins', 'b begins', 'a ends']);
    await expect(fit(broken('a', 'end'), broken('b', 'end'))).rejects.toThrow('a cannot end');
    expect(calls).toEqual(['a begins', 'b begins', 'a ends', 'b ends']);
  });

  it('stops cleanly on an abort, with a snapshot to go on from', async () => {
    const whole = await run({ validation: source });
    const controller = new AbortController();
    const saved = recorder((at) => at === 'abort');
    let steps = 0;
    const stopper: Callback<TinyTask> = { onStepEnd: () => void (++steps === 8 && controller.abort()) };
    const cut = await run({ validation: source, callbacks: [stopper, saved], signal: controller.signal });
    expect(cut.history.stopped).toBe('aborted');
    expect(cut.history.epochs).toHaveLength(1);
    expect(steps).toBe(8);
    expect((await run({ validation: source, resume: saved.snapshots[0] })).weights).toEqual(whole.weights);
  });

  it('stops cleanly on an abort during validation', async () => {
    const whole = await run({ validation: source });
    const controller = new AbortController();
    const slow: Source<TinyTask> = function* (epoch) {
      controller.abort();
      yield* source(epoch) as Iterable<Batch<TinyTask>>;
    };
    const saved = recorder((at) => at === 'abort');
    const cut = await run({ validation: slow, callbacks: [saved], signal: controller.signal });
    expect(cut.history).toEqual({ epochs: [], stopped: 'aborted' });
    expect((await run({ validation: source, resume: saved.snapshots[0] })).weights).toEqual(whole.weights);
  });

  it('says so when a source gives nothing, or two callbacks share a name', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses });
    await expect(trainer.fit(() => [], { epochs: 1 })).rejects.toThrow('fit: the source returned no batch in epoch 0.');
    const twice = [earlyStopping<TinyTask>(), earlyStopping<TinyTask>()];
    await expect(trainer.fit(source, { epochs: 1, callbacks: twice })).rejects.toThrow('two callbacks have the name');
    await expect(trainer.fit(source, { epochs: -1 })).rejects.toThrow('fit: epochs must be an integer of at least 0');
    trainer.dispose();
    model.dispose();
  });

  it('tells the weighting the mean losses of every epoch', async () => {
    const means: object[] = [];
    const model = tinyModel();
    const { combine } = (await import('../../src/train/weightings/fixed-weights')).fixedWeights<TinyTask>();
    const weighting: Weighting<TinyTask> = { combine, endEpoch: (m) => void means.push(m) };
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, weighting });
    const { epochs } = await trainer.fit(source, { epochs: 2 });
    expect(means).toEqual(epochs.map(({ train: t }) => ({ a: t.a.loss, b: t.b.loss })));
    trainer.dispose();
    model.dispose();
  });

  it('leaves no tensor behind', async () => {
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, averageDecay: 0.9 });
    const fit = () => trainer.fit(source, { epochs: 2, validation: source, callbacks: [earlyStopping()] });
    await fit();
    await expectNoLeak(fit);
    trainer.dispose();
    model.dispose();
  });
});

describe('earlyStopping', () => {
  const weightsAt = async (epochs: number) => (await run({ epochs })).weights;

  it('stops `patience` epochs after the best one and puts its weights back', async () => {
    const { history, weights } = await run({
      epochs: 20,
      validation: source,
      script: [1, 3, 2, 3, 2.5, 9],
      callbacks: [earlyStopping({ monitor: 'validation.a.score', patience: 3 })],
    });
    expect(history.epochs).toHaveLength(5);
    expect(history.stopped).toBe('validation.a.score has not improved on 3 of epoch 1 for 3 epochs');
    expect(weights).toEqual(await weightsAt(2));
  });

  it('watches a loss downwards and takes minDelta into account', async () => {
    const { history } = await run({
      epochs: 20,
      validation: source,
      script: [5, 4.95, 4.9, 4.85, 1],
      callbacks: [earlyStopping({ monitor: 'validation.a.score', mode: 'min', patience: 3, minDelta: 0.2 })],
    });
    expect(history.epochs).toHaveLength(4);
  });

  it('keeps the last weights on restoreBest: false', async () => {
    const { weights } = await run({
      epochs: 20,
      validation: source,
      script: [3, 2, 1],
      callbacks: [earlyStopping({ monitor: 'validation.a.score', patience: 2, restoreBest: false })],
    });
    expect(weights).toEqual(await weightsAt(3));
  });

  it('restores the best weights after the last epoch too, and never takes NaN for better', async () => {
    const { history, weights } = await run({
      epochs: 3,
      validation: source,
      script: [Number.NaN, 2, 1],
      callbacks: [earlyStopping({ monitor: 'validation.a.score' })],
    });
    expect(history.stopped).toBeUndefined();
    expect(weights).toEqual(await weightsAt(2));
  });

  it('says what can be monitored', async () => {
    await expect(
      run({ validation: source, callbacks: [earlyStopping({ monitor: 'validation.a.dice' })] }),
    ).rejects.toThrow(
      "there is no score 'validation.a.dice'; this trainer has train.loss, train.a.loss, train.a.score, train.b.loss, " +
        'validation.loss, validation.a.loss, validation.a.score, validation.b.loss.',
    );
    await expect(run({ callbacks: [earlyStopping()] })).rejects.toThrow('Give `fit` a validation source.');
    expect(() => earlyStopping({ patience: -1 })).toThrow('patience must be an integer of at least 0, got -1');
  });
});

describe('the learning rate', () => {
  const rates = async (callback: Callback<TinyTask>, script?: number[]) => {
    const seen: number[] = [];
    const watch: Callback<TinyTask> = { onEpochEnd: (r) => void seen.push(r.learningRate) };
    const optimizer = train.adam(1);
    await run({
      epochs: 4,
      validation: source,
      callbacks: [callback, watch],
      optimizer,
      ...(script ? { script } : {}),
    });
    return seen;
  };

  it('is reduced on a plateau, with Adam', async () => {
    const monitor = 'validation.a.score';
    expect(await rates(reduceOnPlateau({ monitor, patience: 1, factor: 0.5 }), [1, 1, 2, 2])).toEqual([
      1, 0.5, 0.5, 0.25,
    ]);
    expect(
      await rates(reduceOnPlateau({ monitor, patience: 1, factor: 0.5, minLearningRate: 0.4 }), [1, 1, 1, 1]),
    ).toEqual([1, 0.5, 0.4, 0.4]);
    expect(await rates(reduceOnPlateau({ monitor, patience: 1, minLearningRate: 4 }), [1, 1, 1, 1])).toEqual([
      1, 1, 1, 1,
    ]);
    expect(() => reduceOnPlateau({ factor: 1 })).toThrow('factor must lie in (0, 1), got 1');
  });

  it('really changes the size of the steps of Adam', async () => {
    const slow = await run({ epochs: 1, callbacks: [learningRate(() => 0)] });
    expect(slow.weights).toEqual([1, 0, 0, 1, 1, 1, 1, -1]);
  });

  it('follows a schedule', async () => {
    expect(await rates(learningRate(({ epoch }) => 2 ** -epoch))).toEqual([1, 0.5, 0.25, 0.125]);
    await expect(rates(learningRate(() => Number.NaN))).rejects.toThrow(
      'the schedule returned NaN at step 0 of epoch 0',
    );
    const at = (epoch: number, step = 0) => ({ epoch, step, epochs: 10 });
    // By hand: 0.01 (1 - 5/10)^0.9; cosine at a third; warm-up after 2 of 4 steps.
    expect(polynomialDecay({ from: 0.01 })(at(5))).toBeCloseTo(0.00535887, 8);
    expect(cosineDecay({ from: 1, to: 0.5 })({ epoch: 4, step: 0, epochs: 12 })).toBeCloseTo(0.875, 12);
    expect(warmUp(4, () => 1)(at(0, 1))).toBe(0.5);
    expect(warmUp(4, () => 1)(at(3, 99))).toBe(1);
  });
});

describe('an average of the weights', () => {
  it('follows its formula, scores with the average and leaves it in the model', async () => {
    const raw: number[][] = [];
    const watch = (model: ReturnType<typeof tinyModel>): Callback<TinyTask> => ({
      onStepEnd: async () => void raw.push(await flatWeights(model)),
    });
    const model = tinyModel();
    const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, averageDecay: 0.75 });
    const { epochs } = await trainer.fit(source, { epochs: 1, validation: source, callbacks: [watch(model)] });
    const expected = raw.slice(1).reduce((mean, w) => mean.map((m, i) => 0.75 * m + 0.25 * w[i]), raw[0]);
    const weights = await flatWeights(model);
    for (const [i, value] of expected.entries()) expect(weights[i]).toBeCloseTo(value, 5);
    expect((await trainer.evaluate(source)).loss).toBe(epochs[0].validation!.loss);
    trainer.dispose();
    model.dispose();
  });
});
