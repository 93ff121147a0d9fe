import { train } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { type Callback, createTrainer } from '../../src/train/index';
import type { Source } from '../../src/types';
import { useCpu } from '../support/cpu';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

// One operation at a time owns a trainer, and nothing that only reads gets in its way.

useCpu();

const rows = [
  [1, 2],
  [-1, 0.5],
];
const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const part of made.splice(0)) part.dispose();
});

function make() {
  const model = tinyModel();
  const optimizer = train.adam(0.05);
  const trainer = createTrainer(model, { optimizer, losses: { a: squares, b: squares }, averageDecay: 0.9 });
  const batch = tinyBatch(rows, { a: [1, 0], b: [0.5, 1] });
  made.push(trainer, model, { dispose: () => disposeBatch(batch) });
  return { model, optimizer, trainer, batch };
}

const wait = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** Three batches, each a moment after the one before. */
const slow = (batch: ReturnType<typeof tinyBatch>): Source<TinyTask> =>
  async function* () {
    for (let i = 0; i < 3; i++) {
      await wait();
      yield batch;
    }
  };

const nameless = (state: unknown): unknown =>
  JSON.parse(JSON.stringify(state, (key, value) => (key === 'name' || key === 'id' || key === 'seconds' ? '' : value)));

it('a save beside an evaluation stores the weights, not their average', async () => {
  const { trainer, batch } = make();
  for (let i = 0; i < 3; i++) await trainer.step(batch);
  const right = await trainer.save();
  const alone = await trainer.evaluate(slow(batch));
  const scores = trainer.evaluate(slow(batch));
  await wait();
  expect(await trainer.save()).toEqual(right);
  expect(await scores).toEqual(alone);
  expect(await trainer.save()).toEqual(right);
});

it('a step beside an evaluation is not undone, and a fit beside it ends where it does alone', async () => {
  const [one, two] = [make(), make()];
  for (const { trainer, batch } of [one, two]) await trainer.step(batch);
  const scores = two.trainer.evaluate(slow(two.batch));
  await wait();
  for (const { trainer, batch } of [one, two]) await trainer.step(batch);
  await scores;
  expect(nameless(await two.trainer.save())).toEqual(nameless(await one.trainer.save()));

  const more = two.trainer.evaluate(slow(two.batch));
  await wait();
  for (const { trainer, batch } of [one, two]) await trainer.fit(slow(batch), { epochs: 2 });
  await more;
  expect(nameless(await two.trainer.save())).toEqual(nameless(await one.trainer.save()));
});

it('what changes or saves a trainer that is in use is refused, and does not disturb', async () => {
  const [one, two] = [make(), make()];
  for (const { trainer, batch } of [one, two]) await trainer.step(batch);
  const { trainer, batch } = two;
  const saved = await trainer.save();

  const expectRefusals = async (running: string, advice = '.') => {
    const message = (what: string) => `${what}: ${running} is running on this trainer. Await it first${advice}`;
    // All at once: on this backend a step takes but a moment.
    const asked = {
      step: trainer.step(batch),
      fit: trainer.fit(slow(batch), { epochs: 1 }),
      save: trainer.save(),
      averaged: trainer.averaged(async () => 1),
      flush: trainer.flush(),
    };
    expect(() => trainer.load(saved)).toThrow(message('load'));
    expect(() => trainer.finishAverage()).toThrow(message('finishAverage'));
    const said = await Promise.all(Object.values(asked).map((one) => one.then(String, (error) => error.message)));
    for (const [k, what] of Object.keys(asked).entries()) expect(said[k]).toContain(message(what));
  };
  await one.trainer.step(one.batch);
  const step = trainer.step(batch);
  await expectRefusals('step');
  await step;
  const save = trainer.save();
  await expectRefusals('save');
  expect(nameless(await save)).toEqual(nameless(await one.trainer.save()));

  await one.trainer.fit(slow(one.batch), { epochs: 1 });
  const fit = trainer.fit(slow(batch), { epochs: 1 });
  await wait();
  await expectRefusals('fit', ', or do it in a hook of a callback');
  await fit;
  await trainer.averaged(() => expectRefusals('averaged'));
  expect(nameless(await trainer.save())).toEqual(nameless(await one.trainer.save()));
});

it('hooks of callbacks have the trainer to themselves, except for another fit', async () => {
  const { trainer, batch } = make();
  const seen: string[] = [];
  const callback: Callback<TinyTask> = {
    async onEpochEnd() {
      await trainer.save();
      await trainer.step(batch);
      await trainer.averaged(async () => undefined);
      await expect(trainer.fit(slow(batch), { epochs: 1 })).rejects.toThrow(
        'fit: fit is running on this trainer. Await it first.',
      );
      seen.push('epoch end');
    },
  };
  await trainer.fit(slow(batch), { epochs: 1, callbacks: [callback] });
  expect(seen).toEqual(['epoch end']);
  await trainer.step(batch);
});

describe('a trainer that was disposed', () => {
  it('refuses whatever else is asked of it, in words, and a second dispose does nothing', async () => {
    const { trainer, batch } = make();
    await trainer.step(batch);
    const saved = await trainer.save();
    const scores = trainer.evaluate(slow(batch));
    await wait();
    trainer.dispose();
    trainer.dispose();
    const message = (what: string) => `${what}: this trainer was disposed.`;
    await expect(scores).rejects.toThrow(message('evaluate'));
    await expect(trainer.step(batch)).rejects.toThrow(message('step'));
    await expect(trainer.fit(slow(batch), { epochs: 1 })).rejects.toThrow(message('fit'));
    await expect(trainer.evaluate(slow(batch))).rejects.toThrow(message('evaluate'));
    await expect(trainer.predict(batch.x)).rejects.toThrow(message('predict'));
    await expect(trainer.save()).rejects.toThrow(message('save'));
    await expect(trainer.averaged(async () => 1)).rejects.toThrow(message('averaged'));
    expect(() => trainer.load(saved)).toThrow(message('load'));
    await expect(trainer.flush()).rejects.toThrow(message('flush'));
    expect(() => trainer.finishAverage()).toThrow(message('finishAverage'));
    expect(() => {
      trainer.learningRate = 1;
    }).toThrow(message('learningRate'));
  });

  it('was not in use: a fit is not robbed of it, beside it or in a hook', async () => {
    const [one, two] = [make(), make()];
    await one.trainer.fit(slow(one.batch), { epochs: 1 });
    const refused = 'dispose: fit is running on this trainer. Await it first.';
    const callback: Callback<TinyTask> = {
      onStepEnd: () => expect(() => two.trainer.dispose()).toThrow(refused),
    };
    const fit = two.trainer.fit(slow(two.batch), { epochs: 1, callbacks: [callback] });
    await wait();
    expect(() => two.trainer.dispose()).toThrow(refused);
    await fit;
    expect(nameless(await two.trainer.save())).toEqual(nameless(await one.trainer.save()));
  });
});

describe('run.setWeights', () => {
  it.each<[string, (weights: readonly Float32Array[]) => unknown, string]>([
    ['too few', (weights) => weights.slice(1), "expected an array for each of the model's 3 weights, got 2."],
    ['none', () => null, "expected an array for each of the model's 3 weights, got object."],
    [
      'a last one too short',
      ([first, second]) => [first, second, second.subarray(1)],
      'expected a Float32Array of 2 numbers for weight 2, b/kernel [2,1], got 1 numbers.',
    ],
    ['lists', (weights) => weights.map((values) => [...values]), 'for weight 0, shared/kernel [2,2], got object.'],
  ])('refuses %s and has changed nothing', async (_, change, message) => {
    const { trainer, batch } = make();
    await trainer.step(batch);
    const callback: Callback<TinyTask> = {
      async onFitBegin(run) {
        const before = await trainer.save();
        const other = (await run.weights()).map((values) => values.map((value) => value + 1));
        expect(() => run.setWeights(change(other) as Float32Array[])).toThrow('setWeights: expected a');
        expect(() => run.setWeights(change(other) as Float32Array[])).toThrow(message);
        expect(await trainer.save()).toEqual(before);
      },
    };
    await trainer.fit(slow(batch), { epochs: 1, callbacks: [callback] });
    expect.assertions(3);
  });

  it('waits for no step: outside of a hook it is refused', async () => {
    const { trainer, batch } = make();
    let later: unknown;
    const callback: Callback<TinyTask> = {
      async onEpochBegin(run) {
        const weights = await run.weights();
        setTimeout(() => {
          try {
            run.setWeights(weights);
          } catch (error) {
            later = error;
          }
        });
      },
    };
    await trainer.fit(slow(batch), { epochs: 1, callbacks: [callback] });
    expect(String(later)).toContain('setWeights: fit is running on this trainer. Await it first, or do it in a hook');
  });
});

it('a hook that leaves a step running ends the fit with a sentence', async () => {
  const { trainer, batch } = make();
  let left: Promise<unknown> = Promise.resolve();
  const callback: Callback<TinyTask> = {
    onEpochBegin() {
      left = trainer.step(batch);
    },
  };
  await expect(trainer.fit(slow(batch), { epochs: 1, callbacks: [callback] })).rejects.toThrow(
    "fit: a callback's hook left step running; await it in the hook.",
  );
  await left;
  await trainer.step(batch);
});

it('one optimizer serves one trainer', () => {
  const { model, optimizer } = make();
  expect(() => createTrainer(model, { optimizer, losses: { a: squares, b: squares } })).toThrow(
    "createTrainer: the optimizer is another trainer's, and its moments are of that one's weights; make one for each.",
  );
});
