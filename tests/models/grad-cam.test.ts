import { tensor, tensor1d, tensor2d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { input, layers, type SymbolicTensor, model as toModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/internal/random';
import { amyar2020, cnn8, fromLayersModel, gradCam, unet } from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { tinyShared } from './sharing/models';
import { WAYS } from './sharing/ways';

useCpu();

const uniform = (count: number, name: string): number[] => {
  const stream = random(7, name);
  return Array.from({ length: count }, () => 2 * stream.uniform() - 1);
};

// A net that can be written in a few lines of plain arithmetic: 4x4x1 -> convolution 2x2, stride 2, ReLU -> 2x2x2 ->
// dense 3, ELU -> dense 2.
const KERNEL = uniform(2 * 2 * 1 * 2, 'kernel');
const BIAS = [0.3, 0.2];
const HIDDEN = uniform(8 * 3, 'hidden');
const SCORES = uniform(3 * 2, 'scores');
const IMAGES = [uniform(16, 'first'), uniform(16, 'second')];

function tinyNet(activation: 'linear' | 'sigmoid' | 'softmax', scale = 1, apart = false) {
  const x = input({ shape: [4, 4, 1] });
  const conv = layers.conv2d({ filters: 2, kernelSize: 2, strides: 2, activation: 'relu', name: 'conv' }).apply(x);
  const flat = layers.flatten({ name: 'flat' }).apply(conv as SymbolicTensor);
  const hidden = layers.dense({ units: 3, activation: 'elu', name: 'hidden' }).apply(flat as SymbolicTensor);
  const last = apart ? 'scores' : 'class';
  const dense = layers.dense({ units: 2, activation: apart ? 'linear' : activation, name: last });
  let output = dense.apply(hidden as SymbolicTensor) as SymbolicTensor;
  if (apart) output = layers.activation({ activation, name: 'class' }).apply(output) as SymbolicTensor;
  const net = toModel({ inputs: x, outputs: output });
  tidy(() => {
    net.getLayer('conv').setWeights([tensor4d(KERNEL, [2, 2, 1, 2]), tensor1d(BIAS)]);
    net.getLayer('hidden').setWeights([tensor2d(HIDDEN, [8, 3]), tensor1d([0, 0, 0])]);
    net.getLayer(last).setWeights([
      tensor2d(
        SCORES.map((value) => value * scale),
        [3, 2],
      ),
      tensor1d([0.1, -0.1]),
    ]);
  });
  return fromLayersModel(net, ['class']);
}

function mapsOf(image: readonly number[]): number[] {
  const maps: number[] = [];
  for (let y = 0; y < 2; y++) {
    for (let x = 0; x < 2; x++) {
      for (let k = 0; k < 2; k++) {
        let value = BIAS[k];
        for (let i = 0; i < 2; i++) {
          for (let j = 0; j < 2; j++) value += image[(2 * y + i) * 4 + 2 * x + j] * KERNEL[(i * 2 + j) * 2 + k];
        }
        maps.push(Math.max(0, value));
      }
    }
  }
  return maps;
}

function scoreOf(maps: readonly number[], unit: number): number {
  let score = 0;
  for (let h = 0; h < 3; h++) {
    const z = maps.reduce((total, value, i) => total + value * HIDDEN[i * 3 + h], 0);
    score += (z > 0 ? z : Math.exp(z) - 1) * SCORES[h * 2 + unit];
  }
  return score;
}

/** Grad-CAM by its formula, slopes by central differences, enlarged with pixel centres at half-integers. */
function oracle(image: readonly number[], unit: number): number[] {
  const maps = mapsOf(image);
  const slopes = maps.map((_, i) => {
    const moved = (by: number) => maps.map((value, j) => (i === j ? value + by : value));
    return (scoreOf(moved(1e-5), unit) - scoreOf(moved(-1e-5), unit)) / 2e-5;
  });
  const a = [0, 1].map((k) => (slopes[k] + slopes[k + 2] + slopes[k + 4] + slopes[k + 6]) / 4);
  const small = [0, 1, 2, 3].map((p) => Math.max(0, a[0] * maps[2 * p] + a[1] * maps[2 * p + 1]));
  const at = (position: number) => {
    const place = Math.min(1, Math.max(0, (position + 0.5) / 2 - 0.5));
    return [1 - place, place];
  };
  const large: number[] = [];
  for (let y = 0; y < 4; y++) {
    for (let x = 0; x < 4; x++) {
      const [v, h] = [at(y), at(x)];
      large.push(v[0] * (h[0] * small[0] + h[1] * small[1]) + v[1] * (h[0] * small[2] + h[1] * small[3]));
    }
  }
  const largest = Math.max(...large);
  return large.map((value) => (largest === 0 ? 0 : value / largest));
}

function heatOf(model: ReturnType<typeof tinyNet>, unit: number): number[] {
  return tidy(() => {
    const x = tensor4d(IMAGES.flat(), [2, 4, 4, 1]);
    return Array.from(gradCam(model, x, { task: 'class', unit }).dataSync());
  });
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 5);
}

const expected = (unit: number) => IMAGES.flatMap((image) => oracle(image, unit));

describe('gradCam', () => {
  it('is what the formula says, for each image and unit', () => {
    const model = tinyNet('linear');
    for (const unit of [0, 1]) expectClose(heatOf(model, unit), expected(unit));
    expect(expected(0).some((value) => value > 0 && value < 1)).toBe(true);
    expect(expected(1).some((value) => value > 0 && value < 1)).toBe(true);
    model.dispose();
  });

  it.each(['sigmoid', 'softmax'] as const)('does not fade where a %s is sure of itself', (activation) => {
    for (const apart of [false, true]) {
      const model = tinyNet(activation, 1e4, apart);
      // An ELU's scores scale with the last weights, and the map does not.
      expectClose(heatOf(model, 1), expected(1));
      model.dispose();
    }
  });

  it('takes the bottleneck unless a layer is named, and enlarges to the size of the input', () => {
    const model = amyar2020({ inputShape: [16, 32, 1], filters: [2, 3, 4], norm: 'batch', seed: 1 });
    tidy(() => {
      const x = tensor(uniform(2 * 16 * 32, 'slices'), [2, 16, 32, 1]);
      const map = (layer?: string) => gradCam(model, x, { task: 'classification', layer });
      expect(map().shape).toEqual([2, 16, 32]);
      const values = map().dataSync();
      expect(values).toEqual(map('encoder/level3/relu2').dataSync());
      expect(values).not.toEqual(map('classification/conv1').dataSync());
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (const half of [values.slice(0, 512), values.slice(512)]) expect([0, 1]).toContain(Math.max(...half));
    });
    model.dispose();
  });

  it('finds the last feature map of a plain network', () => {
    const model = cnn8({ inputShape: [16, 16, 1], filters: [2, 3], seed: 1 });
    tidy(() => {
      const x = tensor(uniform(256, 'slices'), [1, 16, 16, 1]);
      const map = (layer?: string) => gradCam(model, x, { task: 'classification', layer }).dataSync();
      expect(map()).toEqual(map('encoder/level2/dropout'));
      expect(map()).toEqual(map('encoder/level2/pool'));
    });
    model.dispose();
  });

  it.each(Object.keys(WAYS))('works where tasks share by %s', (way) => {
    const model = tinyShared(WAYS[way].sharing);
    tidy(() => {
      const x = tensor(uniform(2 * 16, 'slices'), [2, 4, 4, 1]);
      expect(gradCam(model, x, { task: 'grade' }).shape).toEqual([2, 4, 4]);
    });
    model.dispose();
  });

  it('leaves statistics, dropout and memory as they are', async () => {
    const model = amyar2020({ inputShape: [8, 8, 1], filters: [2, 3], norm: 'batch', dropout: 0.5, seed: 1 });
    const x = tensor(uniform(64, 'slices'), [1, 8, 8, 1]);
    const weights = () => model.net.getWeights().map((value) => Array.from(value.dataSync()));
    const before = weights();
    const first = gradCam(model, x, { task: 'classification' });
    await expectNoLeak(() => gradCam(model, x, { task: 'classification' }).dispose());
    const again = gradCam(model, x, { task: 'classification' });
    expect(again.dataSync()).toEqual(first.dataSync());
    expect(weights()).toEqual(before);
    for (const value of [x, first, again]) value.dispose();
    model.dispose();
  });

  it('is all 0 where nothing speaks for the class', () => {
    const model = tinyNet('linear', 0);
    expect(heatOf(model, 0)).toEqual(Array(32).fill(0));
    model.dispose();
  });

  it('refuses what it cannot explain, and keeps nothing of it', async () => {
    const model = amyar2020({ inputShape: [4, 4, 1], filters: [2, 3], seed: 1 });
    const x = tensor(uniform(16, 'slices'), [1, 4, 4, 1]);
    const cam = (options: object) => () =>
      gradCam(model, x, { task: 'classification', ...options } as { task: 'classification' });
    await expectNoLeak(() => {
      expect(cam({ task: 'covid' })).toThrow(
        new RangeError("gradCam: task must be one of reconstruction, segmentation, classification; got 'covid'."),
      );
      expect(cam({ task: 'segmentation' })).toThrow(
        new RangeError("gradCam: the head of a task must return [batch, units]; 'segmentation' returns [,4,4,1]."),
      );
      expect(cam({ layer: 'segmentation/level1/conv1' })).toThrow(
        "gradCam: layer must have a feature map that 'classification' depends on: 'encoder/level1/conv1', ",
      );
      expect(cam({ unit: 1 })).toThrow(new RangeError("gradCam: unit must lie in [0, 0] for 'classification', got 1."));
      expect(cam({ unit: 0.5 })).toThrow('gradCam: unit must be an integer of at least 0, got 0.5.');
    });
    const wide = tensor(uniform(32, 'slices'), [1, 4, 8, 1]);
    expect(() => gradCam(model, wide, { task: 'classification' })).toThrow(
      new RangeError('gradCam: x must have the shape [batch, 4, 4, 1], got [1, 4, 8, 1].'),
    );
    const dense = layers.dense({ units: 1, name: 'a', inputShape: [3] });
    const vector = input({ shape: [3] });
    const flat = fromLayersModel(toModel({ inputs: vector, outputs: dense.apply(vector) as SymbolicTensor }), ['a']);
    expect(() => gradCam(flat, x, { task: 'a' })).toThrow("gradCam: 'a' depends on no feature map");
    const masks = unet({ inputShape: [4, 4, 1], filters: [2, 3] });
    expect(() => gradCam(masks, x, { task: 'segmentation' })).toThrow("'segmentation' returns [,4,4,1]");
    for (const value of [x, wide, model, flat, masks]) value.dispose();
  });
});
