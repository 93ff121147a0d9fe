import { mean, type Tensor, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { arrayDataset } from '../../../src/data/index';
import { MobileNetV2Encoder } from '../../../src/layers/index';
import { extractFeatures } from '../../../src/models/index';
import type { Dataset } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

/** A convolution 1x1 of two kernels, (1, 0) and (0, -1), and the double of what it makes, max-pooled. */
function handNet(): LayersModel {
  const x = input({ shape: [2, 2, 2] });
  const map = layers.conv2d({ name: 'map', filters: 2, kernelSize: 1, useBias: false }).apply(x) as SymbolicTensor;
  const sum = layers.add({ name: 'sum' }).apply([map, map]) as SymbolicTensor;
  const net = layersModel({
    inputs: x,
    outputs: layers.globalMaxPooling2d({ name: 'top' }).apply(sum) as SymbolicTensor,
  });
  tidy(() => net.setWeights([tensor4d([1, 0, 0, -1], [1, 1, 2, 2])]));
  return net;
}

const first = { data: Float32Array.of(1, 10, 2, 20, 3, 30, 6, 40), shape: [2, 2, 2] };
const second = { data: Float32Array.of(0, 1, 0, 1, 0, 1, 4, 1), shape: [2, 2, 2] };
const dataset = (): Dataset<'y'> & { reads: number[] } => {
  const inner = arrayDataset({ x: [first, second, first], y: { y: [0, 1, 0] }, ids: ['a', 'b', 'c'] });
  const reads: number[] = [];
  return {
    rows: inner.rows,
    reads,
    read: (index) => {
      reads.push(index);
      return inner.read(index);
    },
  };
};

describe('extractFeatures', () => {
  it('pools the layers that are named, one behind the other', async () => {
    const net = handNet();
    const { ids, names, features } = await extractFeatures(net, dataset(), { layers: ['map', 'top'] });
    expect(ids).toEqual(['a', 'b', 'c']);
    expect(names).toEqual(['map[0]', 'map[1]', 'top[0]', 'top[1]']);
    expect(features.shape).toEqual([3, 4]);
    // By hand: means of the two channels, the second negated; maxima of the doubles.
    expect([...features.data]).toEqual([3, -25, 12, -20, 1, -1, 8, -2, 3, -25, 12, -20]);
    net.dispose();
  });

  it('takes maxima, whole feature maps, the outputs, and the rows that are asked for', async () => {
    const net = handNet();
    const max = await extractFeatures(net, dataset(), { layers: ['map'], pool: 'max' });
    expect([...max.features.data]).toEqual([6, -10, 4, -1, 6, -10]);
    const whole = await extractFeatures(net, dataset(), { layers: ['map'], pool: 'none', indices: [1] });
    expect([...whole.features.data]).toEqual([0, -1, 0, -1, 0, -1, 4, -1]);
    expect(whole.names.at(-1)).toBe('map[7]');
    const data = dataset();
    const outputs = await extractFeatures(net, data, { indices: [2, 1] });
    expect([...outputs.features.data]).toEqual([12, -20, 8, -2]);
    expect(outputs.ids).toEqual(['c', 'b']);
    expect(data.reads).toEqual([2, 1]);
    net.dispose();
  });

  it('is what the net predicts, whatever trains, and keeps it in a store', async () => {
    const x = input({ shape: [32, 32, 1] });
    const { bottleneck } = MobileNetV2Encoder({ width: 0.35, stages: 2, preprocess: true })(x, 'encoder', 1);
    const net = layersModel({ inputs: x, outputs: bottleneck });
    const data = Float32Array.from({ length: 2048 }, (_, i) => 0.5 + 0.5 * Math.sin(i));
    const images = arrayDataset({ x: { data, shape: [2, 32, 32, 1] }, y: { y: [0, 1] } });
    const kept = new Map<string, Float32Array>();
    const store = {
      get: async (key: string) => kept.get(key),
      set: async (key: string, values: Float32Array) => void kept.set(key, values),
    };
    const expected = tidy(() => {
      const map = net.predict(tensor(data, [2, 32, 32, 1])) as Tensor;
      return mean(map, [1, 2]).dataSync();
    });
    const progress: number[][] = [];
    for (const _ of [1, 2]) {
      const onProgress = (done: number, total: number) => void progress.push([done, total]);
      const { features } = await extractFeatures(net, images, { layers: ['encoder/stage2'], store, onProgress });
      expect(kept.size).toBe(2);
      for (const [i, value] of features.data.entries()) expect(value).toBeCloseTo(expected[i], 5);
    }
    expect(progress).toEqual([[1, 2], [2, 2], [1, 2], [2, 2]]); // biome-ignore format: pairs
    const max = await extractFeatures(net, images, { layers: ['encoder/stage2'], pool: 'max', store });
    expect(kept.size).toBe(4);
    expect(max.features.data).not.toEqual(kept.get([...kept.keys()][0]));
    net.dispose();
  });

  it('leaks nothing', async () => {
    await expectNoLeak(async () => {
      const net = handNet();
      await extractFeatures(net, dataset());
      net.dispose();
    });
  });

  it('says what it cannot do', async () => {
    const net = handNet();
    await expect(extractFeatures(net, dataset(), { layers: ['tob'] })).rejects.toThrow(
      "extractFeatures: the net has no layer 'tob'. Did you mean 'top'?",
    );
    await expect(extractFeatures(net, dataset(), { layers: [] })).rejects.toThrow('must name at least one layer');
    await expect(extractFeatures(net, dataset(), { indices: [3] })).rejects.toThrow(
      'indices must lie in 0 .. 2, got 3',
    );
    await expect(extractFeatures(net, dataset(), { pool: 'sum' as never })).rejects.toThrow("'mean', 'max', 'none'");
    const small = arrayDataset({ x: [[[[1, 2]]]], y: { y: [0] }, ids: ['s'] });
    await expect(extractFeatures(net, small)).rejects.toThrow(
      "the image 's' has the shape [1,1,2], and the model takes [2,2,2]",
    );
    const x = input({ shape: [null, null, 1] });
    const any = layersModel({
      inputs: x,
      outputs: layers.conv2d({ name: 'c', filters: 1, kernelSize: 1 }).apply(x) as SymbolicTensor,
    });
    const sized = arrayDataset({ x: [[[[1], [3]]], [[[2]]]], y: { y: [0, 1] } });
    await expect(extractFeatures(any, sized, { pool: 'none' })).rejects.toThrow('which depends on the image');
    tidy(() => any.setWeights([tensor4d([2], [1, 1, 1, 1]), tensor([0])]));
    const { features } = await extractFeatures(any, sized);
    expect([...features.data]).toEqual([4, 4]);
    for (const one of [net, any]) one.dispose();
  });
});
