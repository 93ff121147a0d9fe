import { dispose, type Tensor, tensor, train } from '@tensorflow/tfjs-core';
import { layers, loadLayersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { channelStatistics } from '../../src/data/channel-statistics';
import { mse } from '../../src/losses/index';
import { loadMultitask, multitask, standardize } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import type { NDArray } from '../../src/types';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';
import { saved } from './in-memory';

useCpu();

const image = (shape: readonly number[], ...values: number[]): NDArray => ({ data: Float64Array.from(values), shape });
const dataset = (...images: NDArray[]) => ({
  rows: images.map((_, i) => ({ id: `image ${i}`, tasks: [] })),
  read: async (index: number) => ({ x: images[index], y: {} }),
});

/** A model that returns its input as it is standardized, times a weight that begins at 1. */
const scaled = (by: Parameters<typeof standardize>[0], inputShape: readonly number[]) =>
  multitask({
    inputShape,
    input: standardize(by),
    encoder: (input) => ({ skips: [], bottleneck: input }),
    heads: {
      same: ({ bottleneck }, name) =>
        layers
          .depthwiseConv2d({ kernelSize: 1, depthwiseInitializer: 'ones', useBias: false, name })
          .apply(bottleneck) as SymbolicTensor,
    },
  });

async function predicted(model: { predict(x: Tensor): { same: Tensor } }, x: Tensor): Promise<number[]> {
  const { same } = model.predict(x);
  const values = [...(await same.data())];
  dispose(same);
  return values;
}

function expectClose(values: readonly number[], expected: readonly number[], digits = 5): void {
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i], digits);
}

describe('channelStatistics', () => {
  it('are of all pixels of the rows that it is told, channel by channel, whatever their sizes', async () => {
    // Channel 0: 1, 2, 3, 6; channel 1: 10, 10, 10, 10. By hand: mean 3, variance (4 + 1 + 0 + 9) / 4.
    const data = dataset(image([1, 1, 2], 1, 10), image([3, 1, 2], 2, 10, 3, 10, 6, 10), image([1, 1, 2], 99, 99));
    expect(await channelStatistics(data, { indices: [0, 1] })).toEqual({
      mean: [3, 10],
      deviation: [Math.sqrt(3.5), 0],
    });
  });

  it('are exact where the mean is large: no digits cancel', async () => {
    const data = dataset(image([2, 1, 1], 1e9 + 4, 1e9 + 7), image([2, 1, 1], 1e9 + 13, 1e9 + 16));
    // The textbook's example: variance 30 with n - 1, so 22.5 with n.
    expect(await channelStatistics(data)).toEqual({ mean: [1e9 + 10], deviation: [Math.sqrt(22.5)] });
  });

  it('name a sample that does not fit', async () => {
    await expect(channelStatistics(dataset(image([1, 1, 1], Number.NaN)))).rejects.toThrow(
      "channelStatistics: x of sample 'image 0' must be finite, got NaN at 0.",
    );
    await expect(channelStatistics(dataset(image([1, 1, 1], 1), image([1, 1, 2], 1, 2)))).rejects.toThrow(
      "x of sample 'image 1' has 2 channels, beside 1 of those before.",
    );
    await expect(channelStatistics(dataset(image([1], 1)), { indices: [] })).rejects.toThrow('at least one sample');
  });
});

describe('standardize', () => {
  const statistics = { mean: [3, 10], deviation: [2, 0] };

  it('subtracts the mean and divides by the deviation; a constant channel is only centred', async () => {
    const model = scaled(statistics, [1, 2, 2]);
    expectClose(await predicted(model, tensor([1, 10, 7, 12], [1, 1, 2, 2])), [-1, 0, 2, 2]);
  });

  it('per image takes the moments of all its values, and makes a constant image 0', async () => {
    const model = scaled('image', [2, 2, 1]);
    // 1, 2, 3, 6: mean 3, deviation sqrt(3.5)
    const expected = [-2, -1, 0, 3].map((value) => value / Math.sqrt(3.5));
    const x = tensor([1, 2, 3, 6, 0.5, 0.5, 0.5, 0.5], [2, 2, 2, 1]);
    expectClose(await predicted(model, x), [...expected, 0, 0, 0, 0]);
  });

  it.each([['image'], [statistics]] as const)('is kept in files, for tfjs-layers alone too: %j', async (by) => {
    const model = scaled(by, [1, 2, 2]);
    const x = tensor([1, 10, 7, 12], [1, 1, 2, 2]);
    const before = await predicted(model, x);
    const file = await saved(model.net);
    expectClose(await predicted(await loadMultitask(file, ['same']), x), before, 6);
    const plain = await loadLayersModel(file);
    expectClose([...(await (plain.predict(x) as Tensor).data())], before, 6);
  });

  it('does not train, and a trainer saves and restores it with the weights', async () => {
    const model = scaled(statistics, [1, 2, 2]);
    const options = { optimizer: train.sgd(0.1), losses: { same: mse() } };
    const trainer = createTrainer(model, options);
    const x = tensor([1, 10, 7, 12], [1, 1, 2, 2]);
    // Without an update of the statistics a step moves the factors alone: d/dw of the mean of (w z - 0)^2 is 2 w mean(z^2).
    await trainer.step({ x, y: { same: tensor([0, 0, 0, 0], [1, 1, 2, 2]) } });
    // Channel 0: z = -1, 2, channel 1: z = 0, 2; each has half of the four elements.
    const [first, second] = [1 - 0.1 * 2 * (5 / 4), 1 - 0.1 * 2 * (4 / 4)];
    expectClose(await predicted(model, x), [-first, 0, 2 * first, 2 * second]);
    const other = scaled({ mean: [0, 0], deviation: [1, 1] }, [1, 2, 2]);
    const resumed = createTrainer(other, { ...options, optimizer: train.sgd(0.1) });
    resumed.load(await trainer.save());
    expectClose(await predicted(other, x), [-first, 0, 2 * first, 2 * second]);
  });

  it('leaves no tensor behind', async () => {
    await expectNoLeak(() => scaled(statistics, [1, 2, 2]).dispose());
  });

  it('refuses statistics that do not fit', () => {
    expect(() => scaled(statistics, [2, 2, 1])).toThrow(
      'standardize: the input has 1 channels, and the statistics are of 2.',
    );
    expect(() => standardize({ mean: [1], deviation: [] })).toThrow('got 1 and 0.');
    expect(() => standardize({ mean: [1], deviation: [-1] })).toThrow('standardize: deviation must lie in');
    expect(() => standardize('images' as never)).toThrow("standardize: takes 'image' or statistics, got 'images'.");
  });
});
