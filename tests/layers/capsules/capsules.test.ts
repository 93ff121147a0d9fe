import { grad, sum, type Tensor, tensor, tensor3d, tidy, train } from '@tensorflow/tfjs-core';
import { input, model as layersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { arrayDataset, batches } from '../../../src/data/index';
import {
  CapsuleEncoder,
  CapsuleHead,
  CapsuleLength,
  CapsuleRouting,
  capsules,
  MaskCapsules,
  Squash,
  UNetDecoder,
  UNetEncoder,
} from '../../../src/layers/index';
import { marginLoss, mse, softDice } from '../../../src/losses/index';
import { multitask } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

// The formulas of the paper in float64, by plain loops.

const squashOracle = (s: readonly number[]): number[] => {
  const squared = s.reduce((total, value) => total + value ** 2, 0);
  return squared === 0 ? s.map(() => 0) : s.map((value) => ((squared / (1 + squared)) * value) / Math.sqrt(squared));
};

/** `w[i][k][j][d]`, `u[i][k]`. */
function routingOracle(u: readonly number[][], w: readonly number[][][][], routings: number): number[][] {
  const [{ length: dimension }] = w[0][0];
  const classes = w[0][0].length;
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const predictions = u.map((ui, i) =>
    range(classes).map((j) => range(dimension).map((d) => ui.reduce((total, x, k) => total + x * w[i][k][j][d], 0))),
  );
  const b = u.map(() => range(classes).map(() => 0));
  for (let iteration = 1; ; iteration++) {
    const c = b.map((row) => {
      const all = row.reduce((total, value) => total + Math.exp(value), 0);
      return row.map((value) => Math.exp(value) / all);
    });
    const v = range(classes).map((j) =>
      squashOracle(range(dimension).map((d) => u.reduce((total, _, i) => total + c[i][j] * predictions[i][j][d], 0))),
    );
    if (iteration === routings) return v;
    for (const i of b.keys()) {
      for (const j of range(classes))
        b[i][j] += range(dimension).reduce((t, d) => t + predictions[i][j][d] * v[j][d], 0);
    }
  }
}

const wave = (n: number, shift: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(1.3 * i + shift));

/** Rows of nested arrays, from values one behind the other. */
function nest(values: ArrayLike<number>, [first, ...rest]: readonly number[]): never {
  if (first === undefined) return values[0] as never;
  const size = values.length / first;
  const all = Array.from(values);
  return Array.from({ length: first }, (_, i) => nest(all.slice(i * size, (i + 1) * size), rest)) as never;
}

describe('squash', () => {
  it('is what the formula says, and 0 of 0 with a slope that is finite', () => {
    tidy(() => {
      const layer = new Squash();
      const rows = [[3, 4], [0.1, -0.2], [0, 0], [100, 0]]; // biome-ignore format: a table
      const found = Array.from((layer.apply(tensor3d([rows])) as Tensor).dataSync());
      for (const [i, value] of rows.flatMap(squashOracle).entries()) expect(found[i]).toBeCloseTo(value, 5);
      expect(found.slice(0, 2)).toEqual([expect.closeTo((25 / 26) * 0.6, 5), expect.closeTo((25 / 26) * 0.8, 5)]);
      const slope = grad((x) => sum(layer.apply(x) as Tensor))(tensor3d([[[0, 0]]]));
      for (const value of slope.dataSync()) expect(Number.isFinite(value)).toBe(true);
    });
  });
});

describe('CapsuleRouting', () => {
  it.each([1, 2, 3, 4])('is what the procedure says, with %d iterations', (routings) => {
    tidy(() => {
      const layer = new CapsuleRouting({ capsules: 3, dimension: 4, routings });
      const [x, kernel] = [wave(2 * 5 * 2, 0.3), wave(5 * 2 * 3 * 4, 1)];
      const u = tensor(x, [2, 5, 2]);
      layer.apply(u);
      layer.setWeights([tensor(kernel, [5, 2, 3, 4])]);
      const found = (layer.apply(u) as Tensor).dataSync();
      const samples: readonly number[][][] = nest(x, [2, 5, 2]);
      const expected = samples.flatMap((sample) => routingOracle(sample, nest(kernel, [5, 2, 3, 4]), routings)).flat();
      expect(found).toHaveLength(expected.length);
      for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
    });
  });

  it('has the slope of what it computes', () => {
    tidy(() => {
      const layer = new CapsuleRouting({ capsules: 2, dimension: 3 });
      const [x, kernel] = [wave(4 * 2, 0.5), wave(4 * 2 * 2 * 3, 2)];
      layer.apply(tensor(x, [1, 4, 2]));
      layer.setWeights([tensor(kernel, [4, 2, 2, 3])]);
      const found = grad((u) => sum(layer.apply(u) as Tensor))(tensor(x, [1, 4, 2])).dataSync();
      const total = (values: readonly number[]) =>
        routingOracle(nest(values, [4, 2]), nest(kernel, [4, 2, 2, 3]), 3)
          .flat()
          .reduce((all, value) => all + value, 0);
      for (const i of x.keys()) {
        const moved = (by: number) => Array.from(x, (value, k) => value + (k === i ? by : 0));
        expect(found[i]).toBeCloseTo((total(moved(1e-5)) - total(moved(-1e-5))) / 2e-5, 3);
      }
    });
  });
});

it('lengths are lengths, and the mask leaves the longest capsule', () => {
  tidy(() => {
    const v = tensor3d([[[0.3, 0.4], [0.6, 0.8]], [[0, 1], [0.1, 0]]]); // biome-ignore format: capsules
    const lengths = (new CapsuleLength().apply(v) as Tensor).dataSync();
    for (const [i, value] of [0.5, 1, 1, 0.1].entries()) expect(lengths[i]).toBeCloseTo(value, 5);
    const mask = new MaskCapsules();
    const masked = (mask.apply(v) as Tensor).dataSync();
    for (const [i, value] of [0, 0, 0.6, 0.8, 0, 1, 0, 0].entries()) expect(masked[i]).toBeCloseTo(value, 6);
    const slope = grad((x) => sum(mask.apply(x) as Tensor))(v).dataSync();
    expect([...slope]).toEqual([0, 0, 1, 1, 1, 1, 0, 0]);
  });
});

it('has the parameters of the network for MNIST: 8.2M, and 6.8M without the reconstruction, as the paper says', async () => {
  await expectNoLeak(() => {
    const { head, reconstruction } = capsules({ classes: 10 });
    const model = multitask({
      inputShape: [28, 28, 1],
      encoder: CapsuleEncoder(),
      heads: { digit: head, image: reconstruction({ shape: [28, 28, 1] }) },
    });
    const convolutions = 9 * 9 * 256 + 256 + (9 * 9 * 256 * 256 + 256);
    const routing = 6 * 6 * 32 * 8 * 10 * 16;
    const decoder = 160 * 512 + 512 + (512 * 1024 + 1024) + (1024 * 784 + 784);
    expect(convolutions + routing).toBe(6_804_224);
    expect(convolutions + routing + decoder).toBe(8_215_568);
    expect(model.net.countParams()).toBe(8_215_568);
    expect(model.outputs.digit).toEqual({ kind: 'probability', width: 10 });
    expect(model.outputs.image).toEqual({ kind: 'probability', width: 1 });
    expect(model.net.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['encoder/conv1', 'digit/primary/conv1', 'digit/routing', 'image/mask', 'image/dense2']),
    );
    model.dispose();
  });
});

it('learns beside another task, its reconstruction from the capsules of the class', async () => {
  const { head, reconstruction } = capsules({ types: 2, dimensions: [4, 4], kernelSize: 3 });
  const model = multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 3] }),
    heads: { lesion: UNetDecoder(), covid: head, image: reconstruction({ shape: [8, 8, 1], units: [16] }) },
    seed: 2,
  });
  expect(model.net.layers.filter((layer) => layer.getClassName() === 'TfjsMultitaskCapsuleRouting')).toHaveLength(1);
  const pictures = [0, 1, 2, 3].map((i) => ({
    data: Float32Array.from({ length: 64 }, (_, p) => Number(p >> 3 < 4 === (i % 2 === 0))),
    shape: [8, 8, 1],
  }));
  const covid = pictures.map((_, i) => (i % 2 === 0 ? [1, 0] : [0, 1]));
  const dataset = arrayDataset({ x: pictures, y: { lesion: pictures, covid, image: pictures } });
  const losses = { lesion: softDice(), covid: marginLoss(), image: mse() };
  const trainer = createTrainer(model, { optimizer: train.adam(0.03), losses });
  const history = await trainer.fit(batches(dataset, { batchSize: 4, seed: 1 }), { epochs: 8 });
  const last = history.epochs.at(-1)!;
  expect(last.train.covid.loss).toBeLessThan(history.epochs[0].train.covid.loss / 2);
  expect(last.train.image.loss).toBeLessThan(history.epochs[0].train.image.loss);
  trainer.dispose();
  model.dispose();
});

it('says what does not fit', () => {
  const x = input({ shape: [8, 8, 1] });
  const vector = { skips: [], bottleneck: input({ shape: [7] }) };
  expect(() => CapsuleEncoder()(x, 'encoder')).toThrow(
    'CapsuleEncoder: images must have sides of at least 9, got 8 x 8.',
  );
  expect(() => CapsuleHead()(vector, 'covid')).toThrow('CapsuleHead: the bottleneck must be [batch, height, width');
  expect(() => CapsuleHead({ kernelSize: 9 })({ skips: [], bottleneck: x }, 'covid')).toThrow(
    'CapsuleHead: kernelSize must be at most the sides of the bottleneck, 8 x 8, got 9.',
  );
  expect(() => CapsuleHead({ classes: 0 })).toThrow('CapsuleHead: classes must be an integer of at least 1, got 0.');
  expect(() => capsules({ dimensions: 8 as never })).toThrow('capsules: dimensions must be an array');
  expect(() => new CapsuleRouting({ routings: 0 })).toThrow(
    'CapsuleRouting: routings must be an integer of at least 1',
  );
  const small = CapsuleHead({ types: 1, dimensions: [2, 2] })({ skips: [], bottleneck: x }, 'covid', 1);
  expect(layersModel({ inputs: x, outputs: small }).outputs[0].shape).toEqual([null, 2]);
  expect(() => marginLoss({ present: 0.2, absent: 0.3 })).toThrow(
    'marginLoss: absent must be at most present (0.2), got 0.3.',
  );
});
