import { type Tensor, tensor1d, tensor2d, train } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  model as layersModel,
  type SymbolicTensor,
  input as symbolicInput,
} from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { mse } from '../../../src/losses/index';
import { fromLayersModel } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import { useCpu } from '../../support/cpu';

useCpu();

type NormArgs = Parameters<typeof layers.batchNormalization>[0];

/** A batch normalization whose weights are given, in a net of its own, and what the user makes of it. */
function build(args: NormArgs, freeze: (norm: layers.Layer, around: LayersModel) => void) {
  const [inner, outer] = [symbolicInput({ shape: [2] }), symbolicInput({ shape: [2] })];
  const norm = layers.batchNormalization({ ...args, name: 'norm', epsilon: 0, momentum: 0.5 });
  const around = layersModel({ inputs: inner, outputs: norm.apply(inner) as SymbolicTensor });
  const value = layers.dense({ name: 'value', units: 1 }).apply(around.apply(outer)) as SymbolicTensor;
  const net = layersModel({ inputs: outer, outputs: value });
  const values: Record<string, number[]> = {
    beta: [3, 3],
    gamma: [2, 2],
    moving_mean: [1, 1],
    moving_variance: [4, 4],
  };
  norm.setWeights(norm.weights.map(({ originalName }) => tensor1d(values[originalName.replace('norm/', '')])));
  const model = fromLayersModel(net, ['value']);
  freeze(norm, around);
  return { norm, model };
}

const statistics = (norm: layers.Layer) =>
  norm
    .getWeights()
    .slice(-2)
    .map((weight) => [...weight.dataSync()]);
const x = [[1, 2], [3, 7]]; // biome-ignore format: one sample each

const FREEZE: Record<string, (norm: layers.Layer, around: LayersModel) => void> = {
  'the layer': (norm) => {
    norm.trainable = false;
  },
  'the net around it': (_, around) => {
    around.trainable = false;
  },
};

for (const [what, freeze] of Object.entries(FREEZE)) {
  for (const args of [{}, { center: false }, { scale: false }] as NormArgs[]) {
    it(`normalizes by its statistics and keeps them where ${what} is frozen: ${JSON.stringify(args)}`, async () => {
      const { norm, model } = build(args, freeze);
      const y = norm.apply(tensor2d(x), { training: true }) as Tensor;
      const gamma = args?.scale === false ? 1 : 2;
      const beta = args?.center === false ? 0 : 3;
      const expected = x.flat().map((value) => (gamma * (value - 1)) / 2 + beta);
      for (const [i, value] of [...y.dataSync()].entries()) expect(value).toBeCloseTo(expected[i], 6);
      const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { value: mse() } });
      const before = norm.getWeights().map((weight) => [...weight.dataSync()]);
      const [dense] = model.net.getLayer('value').getWeights();
      const kernel = [...dense.dataSync()];
      await trainer.step({ x: tensor2d(x), y: { value: tensor2d([[1], [5]]) } });
      expect(norm.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
      expect([...model.net.getLayer('value').getWeights()[0].dataSync()]).not.toEqual(kernel);
    });
  }
}

it('moves its statistics again where it is freed, by its momentum', async () => {
  const { norm, model } = build({}, (layer) => {
    layer.trainable = false;
  });
  norm.trainable = true;
  const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { value: mse() } });
  await trainer.step({ x: tensor2d(x), y: { value: tensor2d([[1], [5]]) } });
  // Means 2 and 4.5, population variances 1 and 6.25, half of the way from 1 and 4.
  expect(statistics(norm)).toEqual([[1.5, 2.75], [2.5, 5.125]]); // biome-ignore format: one statistic each
});

it.each([
  [{ scale: false }, [2, 2, 4, 4]],
  [{ center: false }, [-2, -2, 2, 2]],
  [{ scale: false, center: false }, [-1, -1, 1, 1]],
] as [NormArgs, number[]][])('trains without factor or offset: %j', async (args, expected) => {
  const { norm, model } = build(args, () => undefined);
  const y = norm.apply(tensor2d(x), { training: true }) as Tensor;
  for (const [i, value] of [...y.dataSync()].entries()) expect(value).toBeCloseTo(expected[i], 5);
  expect(statistics(norm)).toEqual([[1.5, 2.75], [2.5, 5.125]]); // biome-ignore format: one statistic each
  const before = norm.getWeights().map((weight) => [...weight.dataSync()]);
  const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { value: mse() } });
  await trainer.step({ x: tensor2d(x), y: { value: tensor2d([[1], [5]]) } });
  for (const [i, weight] of norm.getWeights().entries()) expect([...weight.dataSync()]).not.toEqual(before[i]);
});

it.each([{ scale: false }, { center: false }, { scale: false, center: false }] as NormArgs[])(
  'predicts bit by bit as the standard layer does without factor or offset: %j',
  (args) => {
    const { norm } = build(args, () => undefined);
    const statistics = [tensor1d([0.1, 0.7]), tensor1d([3, 7])];
    norm.setWeights([...norm.getWeights().slice(0, -2), ...statistics]);
    const input = tensor2d(
      Array.from({ length: 40 }, (_, i) => Math.sin(i)),
      [20, 2],
    );
    const standard: layers.Layer = Object.getPrototypeOf(norm);
    const expected = standard.call.call(norm, input, {}) as Tensor;
    expect([...(norm.apply(input) as Tensor).dataSync()]).toEqual([...expected.dataSync()]);
  },
);
