import { dispose, fill, memory, ones, slice, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../src/data';
import { GroupNorm, InstanceNorm } from '../../src/layers';
import { softDice } from '../../src/losses';
import { amyar2020, cnn8 } from '../../src/models';
import { name, useNamedBackend } from './backend';

// What ends up wrong without a word on some backends: NaN, sums of many numbers, and means that are large.

beforeAll(useNamedBackend);

describe(`on ${name}`, () => {
  it.each([
    ['amyar2020', () => amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], norm: 'instance', seed: 1 })],
    ['amyar2020 without norm', () => amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], seed: 1 })],
    ['cnn8', () => cnn8({ inputShape: [16, 16, 1], filters: [2, 4, 4, 4, 4, 4], seed: 1 })],
  ] as const)('%s predicts NaN where its weights are NaN', async (_, build) => {
    const before = memory().numTensors;
    const model = build();
    const [first] = model.net.layers.filter((layer) => layer.weights.length > 0);
    tidy(() => first.setWeights(first.getWeights().map((weight) => fill(weight.shape, Number.NaN))));
    const x = ones([2, 16, 16, 1]);
    const outputs = Object.values(model.predict(x)) as Tensor[];
    for (const y of outputs) expect((await y.data()).every(Number.isNaN)).toBe(true);
    dispose([x, ...outputs]);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('a pixel that is NaN spoils the predictions of its own image alone', async () => {
    const model = amyar2020({ inputShape: [16, 16, 1], filters: [4, 8], norm: 'group', seed: 1 });
    const values = new Float32Array(2 * 256).fill(0.5);
    values[77] = Number.NaN;
    const x = tensor(values, [2, 16, 16, 1]);
    const outputs = Object.values(model.predict(x)) as Tensor[];
    for (const y of outputs) {
      const [spoilt, whole] = tidy(() => [slice(y, 0, 1), slice(y, 1, 1)]);
      expect((await spoilt.data()).every(Number.isNaN)).toBe(true);
      expect((await whole.data()).every(Number.isFinite)).toBe(true);
      dispose([spoilt, whole]);
    }
    dispose([x, ...outputs]);
    model.dispose();
  });

  it('sums more than 2^24 values', async () => {
    const side = 4200; // 17,640,000 pixels
    const [yTrue, yPred] = [fill([1, side, side, 1], 1), fill([1, side, side, 1], 0.25)];
    const total = tidy(() => sum(yTrue));
    expect((await total.data())[0]).toBe(side * side);
    // 2 x 0.25 / (1 + 0.25)
    const loss = softDice()(yTrue, yPred);
    expect(Math.abs((await loss.data())[0] - 0.6)).toBeLessThan(1e-5);
    dispose([yTrue, yPred, total, loss]);
  });

  it.each([
    ['InstanceNorm', () => new InstanceNorm()],
    ['GroupNorm', () => new GroupNorm({ groups: 2 })],
  ] as const)('%s of values around 10,000 is that of double precision', async (kind, build) => {
    const shape = [1, 48, 40, 4];
    const stream = random(3, 'large means');
    const values = Float32Array.from({ length: 48 * 40 * 4 }, () => 1e4 + stream.uniform());
    const layer = build();
    const x = tensor(values, shape);
    const y = layer.apply(x) as Tensor;
    const found = await y.data();
    const groupOf = (i: number) => (kind === 'InstanceNorm' ? i % 4 : Math.floor((i % 4) / 2));
    for (const group of kind === 'InstanceNorm' ? [0, 1, 2, 3] : [0, 1]) {
      const at = [...values.keys()].filter((i) => groupOf(i) === group);
      const mean = at.reduce((total, i) => total + values[i], 0) / at.length;
      const variance = at.reduce((total, i) => total + (values[i] - mean) ** 2, 0) / at.length;
      const worst = at.reduce(
        (most, i) => Math.max(most, Math.abs((values[i] - mean) / Math.sqrt(variance + 1e-5) - found[i])),
        0,
      );
      // Neighbours of the mean in single precision lie 2^-10 apart.
      expect(worst).toBeLessThan(2 ** -10 / Math.sqrt(variance));
    }
    dispose([x, y]);
    layer.dispose();
  });
});
