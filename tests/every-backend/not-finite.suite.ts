import {
  dispose,
  fill,
  maxPool,
  ones,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../src/data';
import { GroupNorm, InstanceNorm } from '../../src/layers';
import { bce, softDice } from '../../src/losses';
import { cnn8 } from '../../src/models';
import { createTrainer } from '../../src/train';
import { name, useNamedBackend } from './backend';

// What ends up wrong without a word on some backends: NaN, sums of many numbers, and means that are large.

beforeAll(useNamedBackend);

describe(`on ${name}`, () => {
  it('evaluate refuses a model with a weight that is NaN, whatever the backend predicts with it', async () => {
    const model = cnn8({ inputShape: [16, 16, 1], filters: [2, 4, 4, 4, 4, 4], seed: 1 });
    const trainer = createTrainer(model, { optimizer: train.sgd(0.1), losses: { classification: bce() } });
    const source = function* () {
      const batch = { x: ones([2, 16, 16, 1]), y: { classification: tensor([0, 1], [2, 1]) } };
      yield batch;
      dispose([batch.x, batch.y.classification]);
    };
    await trainer.evaluate(source);
    const layer = model.net.getLayer('encoder/level2/conv1');
    const [kernel, bias] = layer.getWeights();
    const values = await kernel.data();
    values[5] = Number.NaN;
    const spoilt = tensor(values, kernel.shape);
    layer.setWeights([spoilt, bias]);
    spoilt.dispose();
    await expect(trainer.evaluate(source)).rejects.toThrow(
      new RangeError('evaluate: the weight encoder/level2/conv1/kernel holds NaN. Go back to a checkpoint.'),
    );
    trainer.dispose();
    model.dispose();
  });

  it('max-pooling leaves out a NaN beside numbers, and makes no usual number of NaN alone', async () => {
    const x = tensor(
      [...Array(36).keys()].map((i) => (i === 14 ? Number.NaN : i % 7)),
      [1, 6, 6, 1],
    ) as Tensor4D;
    const y = maxPool(x, [2, 3], [2, 3], 'same');
    expect([...(await y.data())]).toEqual([6, 5, 6, 3, 5, 6]);
    // NaN; or what a maximum starts from: minus infinity on simd and cpu, the least number of single precision on tfjs-node.
    const none = maxPool(fill([1, 4, 4, 4], Number.NaN) as Tensor4D, 2, 2, 'valid');
    for (const value of await none.data()) expect(Number.isNaN(value) || value < -3.4e38).toBe(true);
    dispose([x, y, none]);
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
