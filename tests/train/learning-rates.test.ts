import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { type Optimizer, setBackend, train } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { describe, expect, it } from 'vitest';
import { MLPHead, MobileNetV2Encoder } from '../../src/layers/index';
import { multitask } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import { disposeBatch, flatWeights, squares, tinyBatch, tinyModel } from '../support/tiny-model';

const OPTIMIZERS: Record<string, (rate: number) => Optimizer> = {
  sgd: train.sgd,
  momentum: (rate) => train.momentum(rate, 0.9),
  adam: train.adam,
  rmsprop: train.rmsprop,
};

const rows = [
  [0.3, 1],
  [0.5, -0.7],
];

/** The weights after some steps: those of the trunk, of `a` and of `b`. */
async function steps(optimizer: Optimizer, options: object, count: number): Promise<number[]> {
  const model = tinyModel();
  const trainer = createTrainer(model, { optimizer, losses: { a: squares, b: squares }, ...options });
  for (let i = 0; i < count; i++) {
    const batch = tinyBatch(rows, { a: [0.2, 0.1 * i], b: [1, -1] });
    await trainer.step(batch);
    disposeBatch(batch);
  }
  const weights = Array.from(await flatWeights(model));
  trainer.dispose();
  model.dispose();
  return weights;
}

describe.each(['cpu', 'simd'])('on %s', (backend) => {
  const use = () =>
    backend === 'simd' ? registerSimdBackend({ threads: 1 }).then(() => setBackend('simd')) : setBackend('cpu');

  it.each(Object.entries(OPTIMIZERS))('%s makes the share of its step that a part has', async (_, make) => {
    await use();
    const before = await steps(make(0.02), {}, 0);
    const whole = await steps(make(0.02), {}, 1);
    const part = await steps(make(0.02), { learningRates: { shared: 0.1 } }, 1);
    for (const [i, value] of part.entries()) {
      const rate = i < 4 ? 0.1 : 1;
      expect(value - before[i]).toBeCloseTo(rate * (whole[i] - before[i]), 6);
    }
  });

  it.each(Object.entries(OPTIMIZERS))('%s with one share for all parts has that rate', async (_, make) => {
    await use();
    const learningRates = { shared: 0.1, a: 0.1, b: 0.1 };
    for (const options of [{}, { clipNorm: 0.01 }, { accumulate: 2 }]) {
      const found = await steps(make(0.02), { learningRates, ...options }, 4);
      const expected = await steps(make(0.002), options, 4);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 6);
    }
  });
});

it('continues bit-identically from a saved state', async () => {
  await setBackend('cpu');
  const run = async (stop: boolean) => {
    const make = () => {
      const model = tinyModel();
      const options = { learningRates: { shared: 0.1 }, losses: { a: squares, b: squares } };
      return { model, trainer: createTrainer(model, { optimizer: train.adam(0.05), ...options }) };
    };
    let { model, trainer } = make();
    for (let i = 0; i < 4; i++) {
      if (stop && i === 2) {
        const state = await trainer.save();
        trainer.dispose();
        model.dispose();
        ({ model, trainer } = make());
        trainer.load(state);
      }
      const batch = tinyBatch(rows, { a: [0.2, 0.1 * i], b: [1, -1] });
      await trainer.step(batch);
      disposeBatch(batch);
    }
    const weights = await flatWeights(model);
    trainer.dispose();
    model.dispose();
    return weights;
  };
  expect(await run(true)).toEqual(await run(false));
});

it('takes the longest of the parts that a layer belongs to, stages among them', async () => {
  await setBackend('cpu');
  const model = multitask({
    inputShape: [32, 32, 1],
    encoder: MobileNetV2Encoder({ width: 0.35, stages: 2 }),
    heads: { grade: MLPHead({ filters: 0, units: [] }) },
    seed: 1,
  });
  const losses = { grade: squares };
  const make = (learningRates: Record<string, number>) =>
    createTrainer(model, { optimizer: train.sgd(0.1), losses, learningRates });
  make({ encoder: 0.1, 'encoder/stage2': 0.5 }).dispose();
  expect(() => make({ encoder: -1 })).toThrow('createTrainer: learningRates.encoder must lie in [0, ');
  expect(() => make({ encode: 1 })).toThrow(
    "createTrainer: learningRates: no layer with weights belongs to 'encode'; the parts are encoder, grade",
  );
  expect(() => make({ 'encoder/stage3': 1 })).toThrow("belongs to 'encoder/stage3'");
  model.dispose();
});
