import {
  abs,
  div,
  max,
  mul,
  ones,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tensor2d,
  tensor4d,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { initializers, input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { bce, binaryFocal, crossEntropy, mse, softDice } from '../../src/losses/index';
import { fromLayersModel } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { AnyMetric, Loss, Metric, Output, OutputKind } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

type Ending = (x: SymbolicTensor) => SymbolicTensor;
const dense =
  (activation: 'linear' | 'sigmoid' | 'softmax' | 'relu', units = 1, value = 1): Ending =>
  (x) =>
    layers
      .dense({ units, useBias: false, kernelInitializer: initializers.constant({ value }), activation, name: 'a' })
      .apply(x) as SymbolicTensor;
const last =
  (make: () => layers.Layer, before: Ending): Ending =>
  (x) =>
    make().apply(before(x)) as SymbolicTensor;

function modelOf(ending: Ending, kind?: OutputKind, size = 1) {
  const x = input({ shape: [size] });
  const net = layersModel({ inputs: x, outputs: ending(x) });
  return fromLayersModel(
    net,
    [net.outputNames[0]],
    kind === undefined ? {} : { outputs: { [net.outputNames[0]]: kind } },
  );
}

const plain =
  (units = 1): Ending =>
  (x) =>
    layers.dense({ units, name: 'plain' }).apply(x) as SymbolicTensor;

describe('what an output holds', () => {
  it.each<[string, Ending, Output]>([
    ['a sigmoid', dense('sigmoid'), { kind: 'probability', width: 1 }],
    ['a softmax', dense('softmax', 4), { kind: 'distribution', width: 4 }],
    ['no activation', dense('linear', 2), { kind: 'value', width: 2 }],
    ['another activation', dense('relu'), { kind: 'value', width: 1 }],
    [
      'an activation of its own layer',
      last(() => layers.activation({ activation: 'sigmoid', name: 'a' }), plain(3)),
      { kind: 'probability', width: 3 },
    ],
    ['a softmax layer', last(() => layers.softmax({ name: 'a' }), plain(3)), { kind: 'distribution', width: 3 }],
    [
      'a sigmoid behind which values are moved',
      last(() => layers.reshape({ targetShape: [2, 2], name: 'r' }), dense('sigmoid', 4)),
      { kind: 'probability', width: 2 },
    ],
    [
      'a softmax whose classes are torn apart',
      last(() => layers.reshape({ targetShape: [2, 2], name: 'r' }), dense('softmax', 4)),
      { kind: 'unknown', width: 2 },
    ],
    [
      'a layer that could be anything',
      last(() => layers.leakyReLU({ name: 'l' }), plain(1)),
      { kind: 'unknown', width: 1 },
    ],
  ])('is read from %s', (_, ending, expected) => {
    const model = modelOf(ending);
    expect(Object.values(model.outputs)).toEqual([expected]);
    model.dispose();
  });

  it('is what was said where the activation leaves that open, and refuses what it rules out', () => {
    expect(modelOf(dense('linear'), 'logit').outputs.a).toEqual({ kind: 'logit', width: 1 });
    expect(modelOf(dense('sigmoid'), 'value').outputs.a.kind).toBe('value');
    expect(() => modelOf(dense('softmax', 3), 'logit')).toThrow(
      "fromLayersModel: outputs.a must fit the activation that the output ends in, which makes it a distribution; got 'logit'.",
    );
    expect(() => modelOf(dense('linear'), 'logits' as OutputKind)).toThrow("must be one of 'probability'");
  });
});

const sgd = () => train.sgd(1);
const trainerOf = (ending: Ending, loss: Loss, metric?: AnyMetric, kind?: OutputKind) => {
  const model = modelOf(ending, kind);
  const [task] = model.tasks;
  return createTrainer(model, {
    optimizer: sgd(),
    losses: { [task]: loss },
    metrics: (metric === undefined ? {} : { [task]: { metric } }) as Record<string, never>,
  });
};

describe('a loss and a head that do not agree', () => {
  it.each<[string, Ending, Loss, string]>([
    [
      'probabilities of a linear head',
      dense('linear'),
      bce(),
      "activation 'sigmoid' or 'softmax', or take a loss of plain",
    ],
    ['logits of a sigmoid', dense('sigmoid'), bce({ fromLogits: true }), 'leave out fromLogits'],
    ['logits of a softmax', dense('softmax', 3), crossEntropy({ fromLogits: true }), 'leave out fromLogits'],
    ['logits of a ReLU', dense('relu'), bce({ fromLogits: true }), "(activation: 'linear')"],
    ['a distribution of a sigmoid', dense('sigmoid', 3), crossEntropy(), "the head the activation 'softmax'"],
    ['an overlap of a linear head', dense('linear'), softDice(), "activation 'sigmoid' or 'softmax'"],
    [
      'a layer that could be anything',
      last(() => layers.leakyReLU({ name: 'l' }), plain()),
      bce(),
      "fromLayersModel(net, tasks, { outputs: { 'l': 'probability' } })",
    ],
  ])('are refused: %s', (_, ending, loss, advice) => {
    expect(() => trainerOf(ending, loss)).toThrow(/^createTrainer: the loss of '.' is computed from/);
    expect(() => trainerOf(ending, loss)).toThrow(advice);
  });

  it('leave losses that take anything alone', () => {
    for (const ending of [dense('linear'), dense('sigmoid'), dense('softmax', 2), dense('relu')]) {
      expect(() => trainerOf(ending, mse())).not.toThrow();
    }
  });
});

/** Keeps the predictions that it is given. */
const seen: Metric<number[], number[]> = {
  init: () => [],
  update: async (state, _, yPred) => [...state, ...(await (yPred as Tensor).data())],
  merge: (a, b) => [...a, ...b],
  compute: (state) => state,
};

describe('metrics in a trainer', () => {
  const source = () => [{ x: tensor2d([[2], [-1]]), y: { a: tensor2d([[1], [0]]) } }];
  const p = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(1))];

  it.each<[string, Ending, Loss]>([
    ['of a sigmoid whose loss is computed from the logits', dense('sigmoid'), bce()],
    ['of a linear head with a loss of logits', dense('linear'), bce({ fromLogits: true })],
  ])('get probabilities %s', async (_, ending, loss) => {
    const metric = { ...seen, fitting: { takes: ['probability'] as const } };
    const trainer = trainerOf(ending, loss, metric);
    const scores = (await trainer.evaluate(source)) as unknown as { a: { metric: number[]; loss: number } };
    for (const [i, value] of scores.a.metric.entries()) expect(value).toBeCloseTo(p[i], 6);
    expect(scores.a.loss).toBeCloseTo(-(Math.log(p[0]) + Math.log(1 - p[1])) / 2, 6);
  });

  it('are refused by name where they cannot be computed from the output', () => {
    const picky = { ...seen, fitting: { takes: ['distribution'] as const } };
    expect(() => trainerOf(dense('linear'), mse(), picky)).toThrow(
      "createTrainer: the metric 'metric' of 'a': it is computed from a distribution over its classes, and the head gives " +
        "plain values: give the head the activation 'softmax'.",
    );
  });
});

describe('a sample that is surely wrong', () => {
  const learn = async (ending: Ending, loss: Loss, label: number[]) => {
    const model = modelOf(ending);
    const [task] = model.tasks;
    const trainer = createTrainer(model, { optimizer: sgd(), losses: { [task]: loss } });
    const [before] = await Promise.all(model.net.getWeights().map((w) => w.data()));
    const x = ones([1, 1]);
    await trainer.step({ x, y: { [task]: tensor2d([label]) } });
    const [after] = await Promise.all(model.net.getWeights().map((w) => w.data()));
    return Array.from(before, (value, i) => value - after[i]);
  };

  // At a logit of -40 the slope of the cross-entropy is sigmoid(-40) - 1 = -1 in any precision.
  it('learns on heads that end in a sigmoid', async () => {
    for (const loss of [bce(), binaryFocal({ gamma: 0, alpha: null })]) {
      expect((await learn(dense('sigmoid', 1, -40), loss, [1]))[0]).toBeCloseTo(-1, 6);
      expect((await learn(dense('sigmoid', 1, 40), loss, [0]))[0]).toBeCloseTo(1, 6);
    }
  });

  it('learns on heads that end in a softmax', async () => {
    const surely: Ending = (x) =>
      layers
        .dense({
          units: 2,
          useBias: false,
          weights: [tensor2d([[60, -60]])],
          activation: 'softmax',
          name: 'a',
        })
        .apply(x) as SymbolicTensor;
    const [first, second] = await learn(surely, crossEntropy(), [0, 1]);
    expect(first).toBeCloseTo(1, 6);
    expect(second).toBeCloseTo(-1, 6);
  });

  it('learns through layers behind the activation, and the net still gives probabilities', async () => {
    const ending = last(
      () => layers.reshape({ targetShape: [1], name: 'r' }),
      last(() => layers.activation({ activation: 'sigmoid', name: 'sig' }), dense('linear', 1, -40)),
    );
    expect((await learn(ending, bce(), [1]))[0]).toBeCloseTo(-1, 6);
    const model = modelOf(dense('sigmoid', 1, 3));
    const trainer = createTrainer(model, { optimizer: sgd(), losses: { a: bce() } });
    await trainer.step({ x: ones([1, 1]), y: { a: ones([1, 1]) } });
    const [weight] = await model.net.getWeights()[0].data();
    const [probability] = await model.predict(ones([1, 1])).a.data();
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-weight)), 6);
  });

  it('leaves no tensors behind where two heads start from the same features', async () => {
    const x = input({ shape: [1] });
    const head = (name: string) => layers.dense({ units: 1, activation: 'sigmoid', name }).apply(x) as SymbolicTensor;
    const model = fromLayersModel(layersModel({ inputs: x, outputs: [head('a'), head('b')] }), ['a', 'b']);
    const trainer = createTrainer(model, { optimizer: sgd(), losses: { a: bce(), b: bce() } });
    const batch = { x: ones([2, 1]), y: { a: ones([2, 1]), b: ones([2, 1]) } };
    await trainer.step(batch);
    await expectNoLeak(async () => {
      await trainer.step(batch);
      await trainer.evaluate(() => [batch]);
    });
  });
});

describe('weights of elements', () => {
  const conv = () => {
    const x = input({ shape: [2, 2, 1] });
    const a = layers
      .conv2d({ filters: 1, kernelSize: 1, useBias: false, kernelInitializer: 'ones', name: 'a' })
      .apply(x) as SymbolicTensor;
    return fromLayersModel(layersModel({ inputs: x, outputs: a }), ['a']);
  };
  const image = (values: number[][]) => tensor4d(values.flat(), [values.length, 2, 2, 1]);
  /** The weighted mean of squares within a sample. */
  const weighted: Loss = (yTrue, yPred, weight) =>
    tidy(() => {
      const w = weight ?? ones(yTrue.shape);
      const perSample = (t: Tensor) => sum(reshape(t, [t.shape[0], -1]), 1);
      return div(perSample(mul(square(sub(yPred, yTrue)), w)), perSample(w)) as Tensor1D;
    });

  it('make the loss the weighted mean over all elements of the batch', async () => {
    const trainer = createTrainer(conv(), { optimizer: train.sgd(0.5), losses: { a: weighted } });
    const result = await trainer.step({
      x: image([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
        [1, 1, 1, 1],
      ]),
      y: { a: image([[0, 0, 0, Number.NaN], [5, 5, Number.NaN, Number.NaN], Array(4).fill(Number.NaN)]) },
      weight: { a: image([[1, 2, 1, 0], [1, 3, 0, 0], Array(4).fill(0)]) },
    });
    // (1 + 2 * 4 + 9 + 0 + 3 * 1) / 8 over the elements; the third sample has none.
    expect(result.loss).toBeCloseTo(21 / 8, 6);
    expect(result.amounts.a).toBeCloseTo(2, 6);
    // Slope: 2 (1 * 1 + 2 * 4 + 3 * 3 + 0 + 3 * 6) / 8 = 9, from w = 1 with a rate of 0.5.
    const [w] = await trainer.model.net.getWeights()[0].data();
    expect(w).toBeCloseTo(1 - 0.5 * 9, 5);
  });

  it('are refused by a loss that has no place for them', async () => {
    const blind: Loss = (yTrue, yPred) => max(abs(sub(yPred, yTrue)), [1, 2, 3]);
    const trainer = createTrainer(conv(), { optimizer: sgd(), losses: { a: blind } });
    const batch = { x: image([[1, 2, 3, 4]]), y: { a: image([[0, 0, 0, 0]]) }, weight: { a: image([[1, 1, 1, 0]]) } };
    await expect(trainer.step(batch)).rejects.toThrow(
      "batch.weight.a holds a weight for each element, shape [1, 2, 2, 1], and the loss of 'a' takes no third argument",
    );
  });
});
