import { tensor2d, train } from '@tensorflow/tfjs-core';
import { initializers, input, layers, model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { bce, crossEntropy, mse } from '../../src/losses/index';
import { accuracy, auc, brierScore, dice, interval, roc, sensitivity } from '../../src/metrics/index';
import { fromLayersModel } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { AnyMetric, Loss } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

/** A net that passes on its input, `width` values, through an activation. */
function trainerOf(
  width: number,
  activation: 'linear' | 'sigmoid' | 'softmax',
  loss: Loss,
  metrics: Record<string, AnyMetric>,
) {
  const x = input({ shape: [width] });
  const dense = layers.dense({
    units: width,
    useBias: false,
    kernelInitializer: initializers.identity({}),
    activation,
    name: 'a',
  });
  const net = layersModel({ inputs: x, outputs: dense.apply(x) as never });
  const trainer = createTrainer(fromLayersModel(net, ['a']), {
    optimizer: train.sgd(0),
    losses: { a: loss },
    metrics: { a: metrics },
  });
  return async (inputs: number[][], labels: number[][], weights?: number[][]) => {
    const source = function* () {
      yield {
        x: tensor2d(inputs),
        y: { a: tensor2d(labels) },
        ...(weights && { weight: { a: tensor2d(weights) } }),
      };
    };
    return ((await trainer.evaluate(source)) as { a: Record<string, unknown> }).a;
  };
}

describe('in a trainer', () => {
  const logits = [
    [0, 3, 0],
    [0, 0, 2],
    [4, 0, 0],
    [1, 0, 0],
  ];
  const oneHot = [
    [0, 1, 0],
    [0, 1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ];

  it.each([
    ['softmax', crossEntropy()],
    ['linear', crossEntropy({ fromLogits: true })],
  ] as const)('a head of three classes that ends in %s is scored as one', async (activation, loss) => {
    const metrics = { accuracy: accuracy(), dice: dice(), interval: interval(accuracy(), { resamples: 2 }) };
    const scores = await trainerOf(3, activation, loss, metrics)(logits, oneHot);
    expect(scores.accuracy).toBe(0.5);
    // Dice of the classes: 2/3, 2/3 and 0.
    expect(scores.dice).toBeCloseTo(4 / 9, 12);
    expect(scores.interval).toMatchObject({ value: 0.5 });
  });

  it.each([
    ['sigmoid', bce()],
    ['linear', bce({ fromLogits: true })],
  ] as const)(
    'two heads of yes or no that end in %s are labels, decided at a probability of 0.5',
    async (activation, loss) => {
      const metrics = { accuracy: accuracy(), sensitivity: sensitivity(), brier: brierScore() };
      const scores = await trainerOf(
        2,
        activation,
        loss,
        metrics,
      )(
        [
          [0.2, -0.1],
          [-3, -0.3],
        ],
        [
          [1, 0],
          [0, 1],
        ],
      );
      // The first label is right twice, the second once; of its one positive none is found.
      expect(scores).toMatchObject({ accuracy: 0.75, sensitivity: 0.5 });
      expect(scores.brier).toBeLessThan(0.25);
    },
  );

  // Its value does not matter here, only that it takes weights of elements.
  const weighted: Loss = (yTrue, yPred, _weight) => bce()(yTrue, yPred);

  it('elements of weight 0 are left out', async () => {
    const scores = await trainerOf(2, 'sigmoid', weighted, { accuracy: accuracy() })(
      [
        [2, 2],
        [-3, -3],
      ],
      [
        [1, 0],
        [1, 0],
      ],
      [
        [1, 0],
        [0, 1],
      ],
    );
    expect(scores.accuracy).toBe(1);
  });

  it.each<[string, 'linear' | 'softmax', Loss, AnyMetric, RegExp]>([
    [
      'decisions about plain values',
      'linear',
      mse(),
      accuracy(),
      /the metric 'm' of '.*': it is computed from probabilities or a distribution over its classes, and the head gives plain values/,
    ],
    [
      'other classes than the head has',
      'softmax',
      crossEntropy(),
      auc({ classes: 4 }),
      /the metric 'm' of '.*': classes is 4, and the last axis of the output holds 3/,
    ],
    [
      'one curve of three classes',
      'softmax',
      crossEntropy(),
      roc(),
      /the metric 'm' of '.*': the last axis of the output holds 3 values/,
    ],
  ])('refuses %s', (_, activation, loss, metric, message) => {
    expect(() => trainerOf(3, activation, loss, { m: metric })).toThrow(message);
  });
});
