import { memory, mul, tidy, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset, batches } from '../../../src/data/index';
import { MLPHead, MobileNetV2Encoder, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import { bce, softDice } from '../../../src/losses/index';
import { cacheFeatures, freeze, multitask, unfreeze } from '../../../src/models/index';
import { createTrainer } from '../../../src/train/index';
import type { Dataset, Encoder } from '../../../src/types';
import { useCpu } from '../../support/cpu';

useCpu();

const SIDE = 32;
const values = (seed: number) =>
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.7 + seed));

type Task = 'mask' | 'grade';
/** Five images, two of them with one id. */
const images = (): Dataset<Task> & { reads: number } => {
  const rows = ['a', 'b', 'c', 'a', 'd'].map((id) => ({ id, tasks: ['mask', 'grade'] as const }));
  return {
    rows,
    reads: 0,
    async read(index) {
      this.reads++;
      const data = values(rows[index].id.charCodeAt(0));
      const shape = [SIDE, SIDE, 1];
      const mask = { data: data.map((value) => (value > 0.5 ? 1 : 0)), shape };
      return { x: { data, shape }, y: { mask, grade: { data: Float32Array.of(index % 2), shape: [1] } } };
    },
  };
};

const build = (encoder: Encoder) =>
  multitask({
    inputShape: [SIDE, SIDE, 1],
    encoder,
    heads: { mask: UNetDecoder(), grade: MLPHead({ filters: 0, units: [3], dropout: 0 }) },
    seed: 1,
  });

const weightsOf = ({ net }: ReturnType<typeof build>) =>
  new Map(net.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync())]));

async function fit(model: ReturnType<typeof build>, dataset: Dataset<Task>) {
  const trainer = createTrainer(model, { optimizer: train.adam(0.01), losses: { mask: softDice(), grade: bce() } });
  await trainer.fit(batches(dataset, { batchSize: 2, seed: 3 }), { epochs: 2 });
  trainer.dispose();
}

describe.each([
  ['a U-Net', () => UNetEncoder({ filters: [2, 3, 4], norm: 'batch' })],
  ['a published encoder', () => MobileNetV2Encoder({ width: 0.35, stages: 2, preprocess: true })],
])('of %s', (_, encoder) => {
  it('trains the model as without a cache, and reads each image once', async () => {
    const before = memory().numTensors;
    const [plain, model] = [build(encoder()), build(encoder())];
    freeze(plain);
    freeze(model);
    await fit(plain, images());
    const dataset = images();
    const progress: number[] = [];
    const rest = await cacheFeatures(model, dataset, { onProgress: (done, total) => progress.push(done / total) });
    expect(dataset.reads).toBe(5);
    expect(progress).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
    await fit(rest.model, rest.dataset);
    expect(dataset.reads).toBe(5);
    const expected = weightsOf(plain);
    for (const [name, found] of weightsOf(model)) {
      for (const [i, value] of found.entries()) expect(value, name).toBeCloseTo(expected.get(name)![i], 4);
    }
    for (const each of [rest.model, model, plain]) each.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

it('computes images by their content, not by their ids', async () => {
  const model = build(UNetEncoder({ filters: [2, 3] }));
  freeze(model);
  const dataset = images();
  const read = dataset.read.bind(dataset);
  let row = 0;
  // The fourth image, a second 'a', is another one than the first.
  dataset.read = async (index) => {
    const sample = await read(index);
    return row++ === 3 ? { ...sample, x: { ...sample.x, data: values(9) } } : sample;
  };
  const rest = await cacheFeatures(model, dataset);
  const [first, , , fourth] = await Promise.all([0, 1, 2, 3].map((index) => rest.dataset.read(index)));
  expect(first.x.data).not.toEqual(fourth.x.data);
  for (const each of [rest.model, model]) each.dispose();
});

describe('with a store', () => {
  function countingStore() {
    const kept = new Map<string, Float32Array>();
    let computed = 0;
    return {
      kept,
      computed: () => computed,
      get: async (key: string) => kept.get(key),
      async set(key: string, features: Float32Array) {
        computed++;
        kept.set(key, features);
      },
    };
  }

  it('trains the model as without, and computes each image once, for other models of the same weights too', async () => {
    const store = countingStore();
    const [plain, model, again] = [1, 2, 3].map(() => build(UNetEncoder({ filters: [2, 3] })));
    for (const each of [plain, model, again]) freeze(each);
    const inMemory = await cacheFeatures(plain, images());
    const rest = await cacheFeatures(model, images(), { bytes: 0, store });
    expect(store.computed()).toBe(4);
    const second = await cacheFeatures(again, images(), { store });
    expect(store.computed()).toBe(4);
    for (const index of [0, 1, 2, 3, 4]) {
      const expected = await inMemory.dataset.read(index);
      expect(await rest.dataset.read(index)).toEqual(expected);
      expect(await second.dataset.read(index)).toEqual(expected);
    }
    await fit(inMemory.model as typeof model, inMemory.dataset);
    await fit(rest.model as typeof model, rest.dataset);
    expect(weightsOf(model)).toEqual(weightsOf(plain));
    for (const each of [inMemory.model, rest.model, second.model, plain, model, again]) each.dispose();
  });

  it('computes again for other weights, images and stages', async () => {
    const store = countingStore();
    const model = build(UNetEncoder({ filters: [2, 3] }));
    freeze(model);
    await cacheFeatures(model, images(), { store });
    tidy(() => model.net.setWeights(model.net.getWeights().map((weight) => mul(weight, 2))));
    await cacheFeatures(model, images(), { store });
    expect(store.computed()).toBe(8);
    unfreeze(model, { from: 2 });
    await cacheFeatures(model, images(), { store });
    expect(store.computed()).toBe(12);
    model.dispose();
  });

  it('computes what the store has lost, and refuses to where the frozen part is another one by then', async () => {
    const store = countingStore();
    const model = build(UNetEncoder({ filters: [2, 3] }));
    freeze(model);
    const { dataset } = await cacheFeatures(model, images(), { store });
    const expected = (await dataset.read(0)).x;
    const [[key]] = store.kept;
    store.kept.set(key, new Float32Array(3)); // not as many as there are of an image
    expect((await dataset.read(0)).x).toEqual(expected);
    expect(store.computed()).toBe(5);
    store.kept.clear();
    tidy(() => model.net.setWeights(model.net.getWeights().map((weight) => mul(weight, 2))));
    await expect(dataset.read(0)).rejects.toThrow(
      "cacheFeatures: the store no longer has the features of the image 'a', and the frozen part of the model has changed since",
    );
    model.dispose();
  });
});

it('says what is missing: a frozen part, memory, images of the model', async () => {
  const model = build(UNetEncoder({ filters: [2, 3] }));
  await expect(cacheFeatures(model, images())).rejects.toThrow(
    'cacheFeatures: nothing of the model is frozen from its input on; call freeze(model) before.',
  );
  freeze(model);
  // The last feature map of each level, of 2 x 32 x 32 and 3 x 16 x 16 numbers, and the deepest flattened for the grade.
  await expect(cacheFeatures(model, images(), { bytes: 1000 })).rejects.toThrow(
    `cacheFeatures: the feature maps take ${4 * 4 * (2 * 32 * 32 + 2 * 3 * 16 * 16)} bytes, and bytes is 1000;`,
  );
  await expect(cacheFeatures(model, images(), { store: {} as never })).rejects.toThrow(
    "cacheFeatures: store must be a store of features, such as featureFolder('features'), with the function",
  );
  const dark = images();
  dark.read = async () => ({
    x: { data: new Float32Array(SIDE * SIDE).fill(Number.NaN), shape: [SIDE, SIDE, 1] },
    y: {},
  });
  await expect(cacheFeatures(model, dark)).rejects.toThrow("the features of the image 'a' must be finite, got NaN");
  const small = arrayDataset({ x: [[[[0]]]], y: { grade: [[1]] } });
  await expect(cacheFeatures(model, small)).rejects.toThrow('has the shape [1,1,1], and the model takes [32,32,1].');
  freeze(model, { part: 'grade' });
  await expect(cacheFeatures(model, images())).rejects.toThrow('cacheFeatures: a task is frozen from the input');
  model.dispose();
});
