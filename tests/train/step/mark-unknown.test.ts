import { tensor, tensor1d, tensor4d, train } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import { bce, crossEntropy, mae } from '../../../src/losses/index';
import { accuracy, dicePerImage, iou } from '../../../src/metrics/index';
import { fromLayersModel } from '../../../src/models/index';
import { alternate, createTrainer, fixedWeights, sumGradient, type TrainerOptions } from '../../../src/train/index';
import type { Batch, Loss } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { disposeBatch } from '../../support/tiny-model';

// Labels that hold the loss's `ignoreIndex` weigh 0, for losses, amounts and metrics alike, on every way.

useCpu();

type Task = 'mask' | 'zone';

type Options = Pick<TrainerOptions<Task, never>, 'aggregator' | 'gradientsAt' | 'accumulate'>;

/** Images of 2 x 2 pixels with one channel, through one weight that both tasks share. */
function makeModel() {
  const x = input({ shape: [2, 2, 1] });
  const trunk = layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' }).apply(x) as typeof x;
  const head = (name: Task, units: number, activation: 'sigmoid' | 'softmax') =>
    layers.dense({ units, activation, name, kernelInitializer: 'ones', useBias: false }).apply(trunk) as typeof x;
  const outputs = [head('mask', 1, 'sigmoid'), head('zone', 2, 'softmax')];
  return fromLayersModel(layersModel({ inputs: x, outputs }), ['mask', 'zone']);
}

const X = [1, -2, 0.5, 3, -1, 2, 0, 1.5];
const MASK = [1, 0, 255, 1, 255, 255, 0, 255];
/** Which pixels are known: three of the first image, one of the second. */
const KNOWN = MASK.map((label) => (label === 255 ? 0 : 1));
const ZONE = X.flatMap((_, i) => (i === 2 ? [9, 9] : i % 2 ? [1, 0] : [0, 1]));
const ZONE_KNOWN = X.map((_, i) => (i === 2 ? 0 : 1));
const map = (values: readonly number[], channels = 1) => tensor4d([...values], [2, 2, 2, channels]);

/** The same labels, told by values or by maps of weights. */
const marked = (): Batch<Task> => ({ x: map(X), y: { mask: map(MASK), zone: map(ZONE, 2) } });
const weighed = (): Batch<Task> => ({
  x: map(X),
  y: { mask: map(MASK.map((label) => (label === 255 ? 7 : label))), zone: map(ZONE, 2) },
  weight: { mask: map(KNOWN), zone: map(ZONE_KNOWN) },
});
const byValue = { mask: bce({ ignoreIndex: 255 }), zone: crossEntropy({ ignoreIndex: 9 }) };
const byWeight = { mask: bce(), zone: crossEntropy() };

async function run(batch: Batch<Task>, losses: Record<Task, Loss>, options: Options = {}) {
  const model = makeModel();
  const endStep = vi.fn();
  const weighting = options.aggregator === undefined ? { weighting: { ...fixedWeights<Task>(), endStep } } : {};
  const trainer = createTrainer(model, {
    optimizer: train.sgd(0.5),
    losses,
    ...weighting,
    ...options,
    metrics: {
      mask: { accuracy: accuracy(), iou: iou(), dice: dicePerImage({ empty: 'one' }) },
      zone: { accuracy: accuracy() },
    },
  });
  const scores = await trainer.evaluate(() => [batch]);
  const first = await trainer.step(batch);
  const second = (await trainer.step(batch)).updated
    ? await trainer.evaluate(alternate(() => [batch], ['mask']))
    : null;
  const weights = model.net.getWeights().flatMap((weight) => [...weight.dataSync()]);
  const shown = endStep.mock.calls;
  disposeBatch(batch);
  trainer.dispose();
  model.dispose();
  return { scores, first, second, weights, shown };
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

describe('a label that holds the ignoreIndex of its loss', () => {
  it('is left out of losses, amounts and metrics', async () => {
    const { scores, first } = await run(marked(), byValue);
    const costs = X.map((x, i) => -Math.log(MASK[i] === 1 ? logistic(x) : 1 - logistic(x)));
    const known = costs.filter((_, i) => KNOWN[i] === 1);
    const mean = known.reduce((sum, cost) => sum + cost) / known.length;
    expect(first.losses.mask).toBeCloseTo(mean, 5);
    expect(scores.mask.loss).toBeCloseTo(mean, 5);
    // 3 / 4 of the first image and 1 / 4 of the second.
    expect(first.amounts.mask).toBeCloseTo(1, 6);
    // Both zones are as probable, wherever the pixel is.
    expect(first.losses.zone).toBeCloseTo(Math.LN2, 5);
    expect(first.amounts.zone).toBeCloseTo(7 / 4, 6);
    // Of the known pixels 1, -2, 3 and 0 with the labels 1, 0, 1 and 0, that at 0 is taken for 1.
    expect(scores.mask.accuracy).toBeCloseTo(3 / 4, 6);
    expect(scores.mask.iou).toBeCloseTo(2 / 3, 6);
  });

  const ways: [string, Options][] = [
    ['one step after the other', {}],
    ['steps of two batches', { accumulate: 2 }],
    ['an aggregator', { aggregator: sumGradient() }],
    ['an aggregator at the representation', { aggregator: sumGradient(), gradientsAt: 'representation' }],
    ['an aggregator of two batches', { aggregator: sumGradient(), accumulate: 2 }],
  ];
  it.each(ways)('counts as one of weight 0: %s', async (_, options) => {
    const one = await run(marked(), byValue, options);
    const other = await run(weighed(), byWeight, options);
    expect(one).toEqual(other);
    expect(one.weights[0]).not.toBe(1);
  });

  it('loses its sample where no other is known, and the task where no sample is left', async () => {
    const batch: Batch<Task> = {
      x: map(X),
      y: { mask: map([1, 0, 255, 1, 255, 255, 255, 255]), zone: map(new Array(16).fill(9), 2) },
    };
    const { first, scores } = await run(batch, byValue);
    expect(first.amounts).toEqual({ mask: 0.75 });
    expect(Object.keys(first.losses)).toEqual(['mask']);
    expect(scores.zone.loss).toBeNaN();
  });

  it('adds to weights of samples, and to those of elements', async () => {
    const weightings = [
      [tensor1d([2, 0.5]), KNOWN.map((known, i) => known * (i < 4 ? 2 : 0.5))],
      [map([1, 2, 3, 4, 5, 6, 7, 8]), KNOWN.map((known, i) => known * (i + 1))],
    ] as const;
    for (const [weight, expected] of weightings) {
      const one = await run({ ...marked(), weight: { mask: weight } }, byValue);
      const other = await run({ ...weighed(), weight: { ...weighed().weight, mask: map(expected) } }, byWeight);
      expect(one).toEqual(other);
    }
  });

  it('may be an entry of several labels of a sample', async () => {
    const x = input({ shape: [1] });
    const build = () =>
      fromLayersModel(
        layersModel({
          inputs: x,
          outputs: layers.dense({ units: 3, name: 'a', kernelInitializer: 'ones' }).apply(x) as typeof x,
        }),
        ['a'],
      );
    const trainer = createTrainer(build(), { optimizer: train.sgd(0), losses: { a: mae({ ignoreIndex: -1 }) } });
    const batch = {
      x: tensor([[1], [2]]),
      y: {
        a: tensor([
          [3, -1, 5],
          [-1, -1, 1],
        ]),
      },
    } as Batch<'a'>;
    await trainer.step(batch);
    await expectNoLeak(async () => {
      const { losses, amounts } = await trainer.step(batch);
      // |1 - 3|, |1 - 5| and |2 - 1|.
      expect(losses.a).toBeCloseTo(7 / 3, 5);
      expect(amounts.a).toBeCloseTo(1, 6);
      await trainer.evaluate(() => [batch]);
    });
    trainer.dispose();
  });

  it('needs a loss that takes weights', () => {
    const own = Object.assign((yTrue: never, yPred: never) => mae()(yTrue, yPred), { ignoreIndex: 255 }) as Loss;
    const model = makeModel();
    expect(() => createTrainer(model, { optimizer: train.sgd(1), losses: { ...byWeight, mask: own } })).toThrow(
      "the loss of 'mask' has an ignoreIndex, and takes no third argument `weight`",
    );
    model.dispose();
  });
});
