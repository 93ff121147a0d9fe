import { tensor2d } from '@tensorflow/tfjs-core';
import { input, layers, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { arrayDataset, batches } from '../../src/data/index';
import { fromLayersModel, predictAll } from '../../src/models/index';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

const x = input({ shape: [2] });
const head = (name: string, kernel: number[]) =>
  layers
    .dense({ units: kernel.length / 2, useBias: false, name, weights: [tensor2d(kernel, [2, kernel.length / 2])] })
    .apply(x) as SymbolicTensor;
const model = fromLayersModel(layersModel({ inputs: x, outputs: [head('sum', [1, 1]), head('both', [1, 0, 0, 1])] }), [
  'sum',
  'both',
]);
const data = [
  [1, 2],
  [3, 4],
  [5, 6],
];

it('predicts every sample with its name, and leaves nothing behind', async () => {
  const source = batches(arrayDataset({ x: data, y: {}, ids: ['a', 'b', 'c'] }), { batchSize: 2, shuffle: false });
  await expectNoLeak(async () => {
    const seen = [];
    for await (const { id, outputs } of predictAll(model, source)) {
      expect(outputs.sum.shape).toEqual([1]);
      seen.push([id, outputs.sum.data[0], Array.from(outputs.both.data)]);
    }
    expect(seen).toEqual([
      ['a', 3, [1, 2]],
      ['b', 7, [3, 4]],
      ['c', 11, [5, 6]],
    ]);
  });
});

it('counts the samples of batches without names, and stops when its reader does', async () => {
  const all = tensor2d(data);
  await expectNoLeak(async () => {
    for await (const { id } of predictAll(model, () => [{ x: all, y: {} }])) {
      expect(id).toBe('0');
      break;
    }
  });
});
