import {
  abs,
  argMax,
  cast,
  equal,
  expandDims,
  greater,
  less,
  mean,
  mul,
  ones,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor4d,
  tidy,
  train,
  where,
} from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { fromLayersModel } from '../../../src/models/index';
import { createTrainer, sumGradient } from '../../../src/train/index';
import type { Batch, Loss } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

// A loss that its user wrote is held to what a loss is, in words that name the task and the shapes.

useCpu();

const X = [0.5, -2, 3, 1, 0.2, -0.4, 2, -1];

function make(loss: unknown, options = {}) {
  const x = input({ shape: [2, 2, 1] });
  const dense = layers.dense({ units: 1, name: 'map', useBias: false, kernelInitializer: 'ones' });
  const model = fromLayersModel(layersModel({ inputs: x, outputs: dense.apply(x) as typeof x }), ['map']);
  return {
    model,
    trainer: createTrainer(model, { optimizer: train.sgd(0.1), losses: { map: loss as Loss }, ...options }),
  };
}

const makeBatch = (): Batch<'map'> => ({
  x: tensor4d(X, [2, 2, 2, 1]),
  y: {
    map: tensor4d(
      X.map(() => 0),
      [2, 2, 2, 1],
    ),
  },
});

const wrong: [string, (yTrue: Tensor, yPred: Tensor) => unknown, string][] = [
  ['a scalar', (yTrue, yPred) => mean(square(sub(yPred, yTrue))), 'shape [2], got []. Leave the axis of samples'],
  ['a plain number', () => 0.25, 'must return a tensor of one number per sample, got the number 0.25.'],
  ['nothing', () => undefined, 'must return a tensor of one number per sample, got undefined.'],
  ['a promise', async () => ones([2]), 'must return a tensor of one number per sample, got a promise.'],
  [
    'a number for each pixel',
    (yTrue, yPred) => square(sub(yPred, yTrue)),
    'shape [2], got [2,2,2,1]. Take the mean over all axes but the first.',
  ],
  [
    'a number for each row',
    (_, yPred) => reshape(mean(yPred, [0, 3]), [-1]),
    'shape [2], got [4]. Its first axis must be',
  ],
];

describe('a loss that returns', () => {
  it.each(wrong)('%s is refused', async (_, loss, message) => {
    const { trainer } = make(loss);
    const batch = makeBatch();
    const whole = `The loss of 'map', called with yTrue of shape [2,2,2,1] and yPred of shape [2,2,2,1], `;
    for (const use of [() => trainer.step(batch), () => trainer.evaluate(() => [batch])]) {
      const said = await use().then(String, (error: Error) => error.message);
      expect(said).toContain(whole);
      expect(said).toContain(message);
    }
  });
});

describe('a loss without a slope', () => {
  const share = (right: Tensor) => mean(cast(right, 'float32'), [1, 2, 3]) as Tensor1D;
  const constants: [string, Loss][] = [
    ['a constant', () => ones([2]) as Tensor1D],
    ['of the labels alone', (yTrue) => mean(yTrue, [1, 2, 3]) as Tensor1D],
    ['an error rate', (yTrue, yPred) => tidy(() => share(equal(greater(yTrue, 0.5), greater(yPred, 0.5))))],
    ['of places', (_, yPred) => tidy(() => share(expandDims(argMax(yPred, -1), -1)))],
  ];
  it.each(constants)('%s is refused, with and without an aggregator', async (_, loss) => {
    for (const options of [{}, { accumulate: 1 }]) {
      const { trainer, model } = make(loss, options);
      const batch = makeBatch();
      const before = [...model.net.getWeights()[0].dataSync()];
      await expectNoLeak(() =>
        expect(trainer.step(batch)).rejects.toThrow("The loss of 'map' does not depend on yPred, or by steps only"),
      );
      expect([...model.net.getWeights()[0].dataSync()]).toEqual(before);
    }
  });

  it('is refused where an aggregator asks for the slopes of each task', async () => {
    const x = input({ shape: [2, 2, 1] });
    const trunk = layers.dense({ units: 1, kernelInitializer: 'ones' }).apply(x) as typeof x;
    const head = (name: string) => layers.dense({ units: 1, name, kernelInitializer: 'ones' }).apply(trunk) as typeof x;
    const model = fromLayersModel(layersModel({ inputs: x, outputs: [head('a'), head('b')] }), ['a', 'b']);
    const trainer = createTrainer(model, {
      optimizer: train.sgd(0.1),
      losses: { a: (_, yPred) => mean(yPred, [1, 2, 3]) as Tensor1D, b: () => ones([2]) as Tensor1D },
      aggregator: sumGradient(),
    });
    const { x: images, y } = makeBatch();
    const batch = { x: images, y: { a: y.map!, b: y.map! } };
    await expectNoLeak(() => expect(trainer.step(batch)).rejects.toThrow("The loss of 'b' does not depend on yPred"));
  });
});

describe('comparisons in a loss', () => {
  /** Huber's loss with a corner at 1, by `where` and by a mask that is multiplied. */
  const huber: Loss = (yTrue, yPred) =>
    tidy(() => {
      const error = abs(sub(yPred, yTrue));
      const costs = where(less(error, 1), mul(square(error), 0.5), sub(error, 0.5));
      return mean(costs, [1, 2, 3]) as Tensor1D;
    });
  const masked: Loss = (yTrue, yPred) =>
    tidy(() => {
      const error = sub(yPred, yTrue);
      const big = cast(greater(abs(error), 1), 'float32');
      return sum(mul(square(error), big), [1, 2, 3]) as Tensor1D;
    });

  it('are constants, and the slope is that of what they choose', async () => {
    const slopes: [Loss, number][] = [
      // Of a pixel x w at w = 1: x^2 up to 1 and |x| above; a mean over eight pixels.
      [huber, X.reduce((total, x) => total + (Math.abs(x) < 1 ? x ** 2 : Math.abs(x)) / 8, 0)],
      // 2 x^2 of those above 1; the sum over a sample's pixels, the mean of two samples.
      [masked, X.reduce((total, x) => total + (Math.abs(x) > 1 ? 2 * x ** 2 : 0) / 2, 0)],
    ];
    for (const [loss, slope] of slopes) {
      const { trainer, model } = make(loss);
      await trainer.step(makeBatch());
      expect(model.net.getWeights()[0].dataSync()[0]).toBeCloseTo(1 - 0.1 * slope, 5);
    }
  });
});
