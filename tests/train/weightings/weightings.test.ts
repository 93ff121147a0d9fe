import { dispose, ones, train, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, MLPHead } from '../../../src/layers/index';
import { bce } from '../../../src/losses/index';
import { multitask } from '../../../src/models/index';
import {
  createTrainer,
  dynamicWeightAverage,
  equalWeights,
  famo,
  fixedWeights,
  geometricLoss,
  imtlL,
  randomLossWeighting,
  scheduledWeights,
  smoothTchebycheff,
  uncertainty,
} from '../../../src/train/index';
import type { Weighting } from '../../../src/types';
import { fitTiny } from '../../contracts/fit-tiny';
import { useCpu } from '../../support/cpu';
import { slopesOf } from '../../support/slopes';
import { disposeBatch, squares, type TinyTask, tinyBatch, tinyModel } from '../../support/tiny-model';

useCpu();

describe('equalWeights', () => {
  it('is the mean over the tasks that are there', async () => {
    const two = await slopesOf<TinyTask>(equalWeights(), { a: 3, b: 1 });
    expect(two).toEqual({ value: 2, slopes: { a: 0.5, b: 0.5 } });
    expect(await slopesOf<TinyTask>(equalWeights(), { b: 1 })).toEqual({ value: 1, slopes: { b: 1 } });
  });
});

describe('uncertainty', () => {
  it('counts a classification twice as much as a regression', async () => {
    const weighting = uncertainty({ a: 'regression', b: 'classification' });
    expect(await slopesOf(weighting, { a: 3, b: 1 })).toEqual({ value: 2.5, slopes: { a: 0.5, b: 1 } });
    dispose([...(weighting.variables ?? [])]);
  });

  it('learns a variance that is the loss of a constant task: s = log L for a regression, log 2 L else', async () => {
    // The stationary point of 1/2 exp(-s) L + s / 2 and of exp(-s) L + s / 2.
    const weighting = uncertainty({ a: 'regression', b: 'classification' });
    const [s, t] = weighting.variables!;
    const value = async (v: typeof s) => (await v.data())[0];
    const model = tinyModel([0, 0, 0, 0]);
    const trainer = createTrainer(model, { optimizer: train.sgd(0.3), losses: { a: squares, b: squares }, weighting });
    model.net.trainable = false;
    const batch = tinyBatch([[1, 1]], { a: [2], b: [3] });
    for (let i = 0; i < 200; i++) await trainer.step(batch);
    expect(await value(s)).toBeCloseTo(Math.log(4), 4);
    expect(await value(t)).toBeCloseTo(Math.log(2 * 9), 4);
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });

  it('refuses a kind or a task that it does not know', async () => {
    expect(() => uncertainty({ a: 'other' as never })).toThrow(
      "uncertainty: the kind of 'a' must be one of 'regression', 'classification'; got 'other'.",
    );
    expect(() => uncertainty({})).toThrow("uncertainty: name the model's tasks, got none.");
    const weighting = uncertainty<string>({ a: 'regression' });
    await expect(slopesOf(weighting, { b: 1 })).rejects.toThrow(
      "uncertainty: does not know the task 'b'; it was given a.",
    );
    dispose([...(weighting.variables ?? [])]);
  });
});

describe('dynamicWeightAverage', () => {
  it('keeps the history of a task that an epoch lacks, and the weights of the others where a batch lacks one', async () => {
    const weighting = dynamicWeightAverage<TinyTask>({ temperature: 1 });
    weighting.endEpoch?.({ a: 4, b: 1 });
    weighting.endEpoch?.({ a: 2, b: 1 });
    weighting.endEpoch?.({ b: 1 });
    // r_a = 1/2, r_b = 1.
    const a = (2 * Math.exp(0.5)) / (Math.exp(0.5) + Math.E);
    const both = await slopesOf(weighting, { a: 1, b: 1 });
    expect(both.slopes.a).toBeCloseTo(a, 6);
    expect(both.slopes.b).toBeCloseTo(2 - a, 6);
    expect((await slopesOf(weighting, { a: 1 })).slopes.a).toBe(both.slopes.a);
  });

  it('refuses a temperature of 0', () => {
    expect(() => dynamicWeightAverage({ temperature: 0 })).toThrow('temperature must be positive, got 0.');
  });
});

describe('randomLossWeighting', () => {
  it('draws weights of sum 1 from the seed, the step and the task', async () => {
    const draw = async (seed: number, step: number) =>
      (await slopesOf<TinyTask>(randomLossWeighting({ seed }), { a: 1, b: 1 }, { step })).slopes;
    const first = await draw(0, 0);
    expect(first.a! + first.b!).toBeCloseTo(1, 6);
    expect(await draw(0, 0)).toEqual(first);
    expect(await draw(0, 1)).not.toEqual(first);
    expect(await draw(1, 0)).not.toEqual(first);
  });

  it('has the moments of a softmax of normal draws', async () => {
    // For two tasks w_a is the logistic function of a normal variable of variance 2: mean 1/2, variance by quadrature.
    const logistic = (v: number) => 1 / (1 + Math.exp(-v));
    let variance = 0;
    for (let z = -12; z < 12; z += 1e-3) {
      variance += ((logistic(z) - 0.5) ** 2 * Math.exp((-z * z) / 4) * 1e-3) / Math.sqrt(4 * Math.PI);
    }
    const weighting = randomLossWeighting<TinyTask>();
    const n = 2000;
    let sum = 0;
    let squareSum = 0;
    for (let step = 0; step < n; step++) {
      const { a } = (await slopesOf(weighting, { a: 1, b: 1 }, { step })).slopes;
      sum += a!;
      squareSum += (a! - 0.5) ** 2;
    }
    expect(Math.abs(sum / n - 0.5)).toBeLessThan(4 * Math.sqrt(variance / n));
    expect(Math.abs(squareSum / n / variance - 1)).toBeLessThan(0.15);
  });

  it('is the mean where a model is scored', async () => {
    const { value } = await slopesOf<TinyTask>(randomLossWeighting(), { a: 3, b: 1 }, { training: false });
    expect(value).toBe(2);
  });
});

describe('geometricLoss', () => {
  it('stays finite at a loss of 0', async () => {
    const { value, slopes } = await slopesOf<TinyTask>(geometricLoss(), { a: 0, b: 1 });
    expect([value, slopes.a, slopes.b].every(Number.isFinite)).toBe(true);
  });
});

describe('smoothTchebycheff', () => {
  it('approaches the largest weighted loss as mu falls', async () => {
    const { value, slopes } = await slopesOf<TinyTask>(smoothTchebycheff({ mu: 1e-3 }), { a: 3, b: 1 });
    expect(value).toBeCloseTo(1.5, 5);
    expect(slopes.a).toBeCloseTo(0.5, 5);
    expect(slopes.b).toBeCloseTo(0, 5);
  });

  it('refuses a mu of 0 and a negative preference', () => {
    expect(() => smoothTchebycheff({ mu: 0 })).toThrow('smoothTchebycheff: mu must be positive, got 0.');
    expect(() => smoothTchebycheff({ preference: { a: -1 } })).toThrow(
      "smoothTchebycheff: preference of 'a' must lie in [0, ",
    );
  });
});

describe('famo', () => {
  it('moves weight towards the task whose loss fell less, and leaves an absent one alone', async () => {
    const weighting = famo<TinyTask | 'c'>();
    weighting.endStep?.({ a: 1, b: 1, c: 1 }, { a: 0.5, b: 0.9, c: 0.9 });
    const before = weighting.save?.() as Record<string, { value: number }>;
    expect(before.a.value).toBeLessThan(before.b.value);
    weighting.endStep?.({ a: 1, b: 1 }, { a: 0.5, b: 0.9 });
    const after = weighting.save?.() as Record<string, { value: number }>;
    expect(after.c).toEqual(before.c);
    expect(after.b.value).toBeGreaterThan(before.b.value);
  });

  it('is not thrown off by a loss that is no number', () => {
    const weighting = famo<TinyTask>();
    weighting.endStep?.({ a: 1, b: 1 }, { a: Number.NaN, b: 0.9 });
    expect(weighting.save?.()).toEqual({});
  });

  it('is shown the losses of the same dropout masks before and after the update', async () => {
    const seen: object[] = [];
    const model = multitask({
      inputShape: [4, 4, 1],
      encoder: ConvEncoder({ filters: [2] }),
      heads: { a: MLPHead({ units: [8], dropout: 0.5 }), b: MLPHead({ units: [8], dropout: 0.5 }) },
      seed: 2,
    });
    const weighting: Weighting<TinyTask> = {
      combine: fixedWeights().combine,
      endStep: (before, after) => void seen.push(before, after),
    };
    // Without a learning rate nothing but the masks could make a difference.
    const trainer = createTrainer(model, { optimizer: train.sgd(0), losses: { a: bce(), b: bce() }, weighting });
    const batch = { x: ones([2, 4, 4, 1]), y: { a: ones([2, 1]), b: zeros([2, 1]) } };
    await trainer.step(batch);
    await trainer.step(batch);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[3]).toEqual(seen[2]);
    expect(seen[2]).not.toEqual(seen[0]);
    disposeBatch(batch);
    trainer.dispose();
    model.dispose();
  });

  it('refuses a negative rate', () => {
    expect(() => famo({ learningRate: -1 })).toThrow('famo: learningRate must lie in [0, ');
    expect(() => famo({ decay: -1 })).toThrow('famo: decay must lie in [0, ');
  });
});

describe('imtlL', () => {
  it('refuses an empty list of tasks, and one with a task twice', () => {
    expect(() => imtlL([])).toThrow("imtlL: name the model's tasks, got none.");
    expect(() => imtlL(['a', 'a'])).toThrow("imtlL: the task 'a' is named twice.");
  });
});

describe('scheduledWeights', () => {
  it('follows the step and the epoch', async () => {
    const weighting = scheduledWeights<TinyTask>(({ step, epoch }) => ({ a: step, b: epoch }));
    const { value, slopes } = await slopesOf(weighting, { a: 1, b: 10 }, { step: 3, epoch: 2 });
    expect(value).toBe(23);
    expect(slopes).toEqual({ a: 3, b: 2 });
    expect(
      (
        await slopesOf<TinyTask>(
          scheduledWeights(() => ({ b: 2 })),
          { a: 1, b: 10 },
        )
      ).value,
    ).toBe(21);
  });

  it('is told where the fit stands', async () => {
    const seen: string[] = [];
    const weighting = scheduledWeights<TinyTask>(({ step, epoch, training }) => {
      seen.push(`${step} ${epoch} ${training}`);
      return {};
    });
    await fitTiny({ weighting }, { epochs: 2, validateEvery: 5 });
    const steps = (epoch: number) => [0, 1, 2, 3, 4].map((i) => `${epoch * 5 + i} ${epoch} true`);
    // After an epoch, which has five steps: for the validation's losses, and for those of the training.
    const after = (step: number, epoch: number) => new Array(2).fill(`${step} ${epoch} false`);
    expect(seen).toEqual([...steps(0), ...after(5, 0), ...steps(1), ...after(10, 1)]);
  });

  it('refuses a negative weight at the step that it comes in', async () => {
    const weighting = scheduledWeights<TinyTask>(() => ({ a: -1 }));
    await expect(slopesOf(weighting, { a: 1 })).rejects.toThrow(
      "scheduledWeights: weight of 'a' at step 0 of epoch 0 must be finite and not negative, got -1.",
    );
  });
});
