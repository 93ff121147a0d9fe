import { mul, train } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createTrainer, gradNorm, gradVac, type TrainerOptions, uncertainty } from '../../src/train/index';
import type { PlainData } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../support/tiny-model';

useCpu();

const losses = { a: squares, b: squares };
const rows = [
  [1, 2],
  [-1, 0.5],
];
const made: { dispose(): void }[] = [];
afterEach(() => {
  for (const part of made.splice(0)) part.dispose();
});

function make(options: Partial<TrainerOptions<TinyTask, never>> = {}) {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer: train.adam(0.05), losses, ...options });
  made.push(trainer, model);
  const batch = tinyBatch(rows, { a: [1, 0], b: [0.5, 1] });
  made.push({ dispose: () => disposeBatch(batch) });
  return { trainer, batch };
}

type State = Record<string, PlainData> & {
  weights: { name: string; data: Float32Array }[];
  optimizer: { className: string; state: Record<string, PlainData> };
};

describe('a state that is refused', () => {
  const damaged: [string, (state: State) => object, string][] = [
    [
      'whose last weight is too short',
      ({ weights }) => ({ weights: damageLast(weights) }),
      'the weight b/kernel [2,1] has 1 numbers in the checkpoint.',
    ],
    ['whose optimizer is another one', ({ optimizer }) => ({ optimizer: { ...optimizer, className: 'SGD' } }), 'SGD'],
    [
      'whose optimizer keeps what this one does not',
      ({ optimizer }) => ({ optimizer: { ...optimizer, state: { ...optimizer.state, extra: [] } } }),
      "the checkpoint's optimizer keeps 'extra', which this Adam does not.",
    ],
    [
      'whose average is too short',
      () => ({ average: [new Float32Array(4)] }),
      'the checkpoint has 0 numbers for averaged weight 1, the trainer 2.',
    ],
    [
      'whose weighting learned too much',
      () => ({ weightingVariables: [new Float32Array(1), new Float32Array(2)] }),
      'the checkpoint has 2 numbers for learned weight 1, the trainer 1.',
    ],
  ];
  const damageLast = (weights: State['weights']) => [
    ...weights.slice(0, -1),
    { ...weights.at(-1)!, data: new Float32Array(1) },
  ];

  it.each(damaged)('%s changes nothing', async (_, damage, message) => {
    const options = () => ({
      averageDecay: 0.9,
      accumulate: 2,
      weighting: uncertainty<TinyTask>({ a: 'regression', b: 'regression' }),
    });
    const { trainer, batch } = make(options());
    for (let i = 0; i < 3; i++) await trainer.step(batch);
    const earlier = (await trainer.save()) as State;
    for (let i = 0; i < 2; i++) await trainer.step(batch);
    trainer.learningRate = 0.5;
    const before = await trainer.save();
    const bad = { ...earlier, ...damage(earlier) } as PlainData;
    await expectNoLeak(() => expect(() => trainer.load(bad)).toThrow(message));
    expect(await trainer.save()).toEqual(before);
    // The half of an accumulated step is there too.
    expect((await trainer.step(batch)).updated).toBe(true);
  });

  it('of other learning rates of parts changes nothing', async () => {
    const { trainer, batch } = make({ learningRates: { a: 0.1, shared: 0.5 } });
    await trainer.step(batch);
    const state = await trainer.save();
    for (const [options, found] of [
      [{}, 'no learningRates'],
      [{ learningRates: { a: 0.1 } }, "learningRates { 'a': 0.1 }"],
      [{ learningRates: { shared: 0.5, a: 0.2 } }, "learningRates { 'a': 0.2, 'shared': 0.5 }"],
    ] as const) {
      const { trainer: other } = make(options);
      const before = await other.save();
      expect(() => other.load(state)).toThrow(
        new RangeError(
          `resume: the checkpoint was written with learningRates { 'a': 0.1, 'shared': 0.5 }, the trainer has ${found}.`,
        ),
      );
      expect(await other.save()).toEqual(before);
    }
    const { trainer: same } = make({ learningRates: { shared: 0.5, a: 0.1 } });
    same.load(state);
    const { learningRates: _, ...earlier } = state as State;
    same.load(earlier as PlainData);
  });

  it('by what an aggregator remembers changes nothing', async () => {
    const picky = {
      ...gradVac<TinyTask>(),
      load: () => {
        throw new RangeError('not mine');
      },
    };
    const { trainer, batch } = make();
    const { trainer: balanced, batch: own } = make({ aggregator: picky });
    await trainer.step(batch);
    await balanced.step(own);
    const state = await balanced.save();
    await balanced.step(own).catch(() => undefined);
    const before = await balanced.save();
    expect(() => balanced.load(state)).toThrow('not mine');
    expect(await balanced.save()).toEqual(before);
  });
});

describe('weights that an update made NaN or infinite', () => {
  it.each([
    ['by a learning rate beyond all numbers', () => train.sgd(1e38)],
    ['by a first moment that never begins', () => train.adam(1e-3, 1)],
  ])('%s are not saved, and the next step says so', async (_, makeOptimizer) => {
    const { trainer, batch } = make({ optimizer: makeOptimizer() });
    const good = await trainer.save();
    await trainer.step(batch);
    await expectNoLeak(() =>
      expect(trainer.save()).rejects.toThrow(
        /^save: the weight \S+ holds \S+, so nothing was saved\. Go back to the last checkpoint/,
      ),
    );
    await expect(trainer.step(batch)).rejects.toThrow(
      /^the loss of '.' became \S+, for the weight \S+ holds \S+ since an earlier update\. Go back to a checkpoint/,
    );
    trainer.load(good);
    expect(await trainer.save()).toEqual(good);
  });

  it('leave nothing in the memory of gradNorm where a step goes on with them', async () => {
    const infinite: typeof squares = (yTrue, yPred) => mul(squares(yTrue, yPred), Infinity);
    let loss = squares;
    const aggregator = gradNorm<TinyTask>();
    const { trainer, batch } = make({ aggregator, losses: { a: (yTrue, yPred) => loss(yTrue, yPred), b: squares } });
    await trainer.step(batch);
    const before = structuredClone(aggregator.save?.());
    loss = infinite;
    await trainer.step(batch, { terminateOnNaN: false });
    expect(aggregator.save?.()).toEqual(before);
  });
});
