import { memory, mul, ones, scalar, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import type { Batch } from 'tfjs-multitask';
import { describe, expect, it } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import { openImages } from '../src/images/images';
import type { RunConfig } from '../src/records';
import { buildModel } from '../src/training/model';
import { trainedModel } from '../src/training/trained-model';
import { weightingOf } from '../src/training/weighting';
import { useCpu } from './support/cpu';

useCpu();

const [base] = declareGrid('tiny', { mixedSource: 'figures' }).runs;
const small = (changes: Partial<RunConfig> = {}): RunConfig => ({ ...base, size: 16, filters: 2, ...changes });
const TASKS = ['reconstruction', 'segmentation', 'classification'] as const;

describe("the weights of the tasks' losses", () => {
  /** Of losses 1, 10 and 100 the sum tells every weight. */
  const weigh = (plan: Parameters<typeof weightingOf<(typeof TASKS)[number]>>[1], epoch: number, training = true) =>
    tidy(() => {
      const losses = { reconstruction: scalar(1), segmentation: scalar(10), classification: scalar(100) };
      return weightingOf(TASKS, plan).combine(losses, { step: 0, epoch, training }).dataSync()[0];
    });

  it('stay as they are where all tasks are there from the start', () => {
    expect(weigh({ lossWeights: {} }, 0)).toBe(111);
    expect(weigh({ lossWeights: { segmentation: 3 } }, 7)).toBe(131);
  });

  it('let a task come in, evenly over its epochs', () => {
    const sums = [0, 1, 2, 3, 4, 5].map((epoch) =>
      weigh({ lossWeights: { classification: 2 }, warmUp: { classification: 4 } }, epoch),
    );
    expect(sums).toEqual([11, 61, 111, 161, 211, 211]);
  });

  it('begin with the reconstruction alone, and let the others come in after it', () => {
    const plan = { lossWeights: {}, warmUp: { classification: 2 }, reconstructionFirst: 2 };
    expect([0, 1, 2, 3, 4].map((epoch) => weigh(plan, epoch))).toEqual([1, 1, 11, 61, 111]);
  });

  it('are whole where a model is scored, so that epochs can be compared', () => {
    const plan = { lossWeights: {}, warmUp: { classification: 2 }, reconstructionFirst: 2 };
    expect([0, 3, 9].map((epoch) => weigh(plan, epoch, false))).toEqual([111, 111, 111]);
  });
});

describe('what a run trains', { timeout: 60_000 }, () => {
  it('is its model, where nothing else is asked for', () => {
    const trained = trainedModel(small());
    expect(trained.model.tasks).toEqual(TASKS);
    expect(trained.finish()).toBe(trained.model);
    trained.model.dispose();
  });

  it('has further outputs under deep supervision, begins with the same weights, and ends as the plain model', () => {
    const before = memory().numTensors;
    const config = small({ supervisedLevels: 3, lossWeights: { segmentation: 7 } });
    const plain = buildModel(config);
    const trained = trainedModel(config);
    expect(trained.model.tasks).toEqual([
      'reconstruction',
      'segmentation',
      'segmentation-2',
      'segmentation-3',
      'classification',
    ]);
    const x = ones([1, 16, 16, 1]);
    const values = (outputs: Record<string, Tensor>) => TASKS.map((task) => [...outputs[task].dataSync()]);
    const first = tidy(() => values(trained.model.predict(x)));
    expect(first).toEqual(tidy(() => values(plain.predict(x))));

    // 7 times 4, 2 and 1 sevenths, beside the other two tasks.
    const total = tidy(() => {
      const losses = Object.fromEntries(trained.model.tasks.map((task, i) => [task, scalar(10 ** i)]));
      return trained.weighting.combine(losses, { step: 0, epoch: 0, training: true }).dataSync()[0];
    });
    expect(total).toBeCloseTo(1 + 40 + 200 + 1000 + 10000, 2);

    const { net } = trained.model;
    tidy(() => net.setWeights(net.getWeights().map((weight) => mul(weight, 0.5))));
    const own = tidy(() => values(trained.model.predict(x)));
    expect(own).not.toEqual(first);
    const finished = trained.finish();
    expect(finished.tasks).toEqual(TASKS);
    expect(finished.net.countParams()).toBe(plain.net.countParams());
    expect(tidy(() => values(finished.predict(x)))).toEqual(own);
    for (const model of [plain, finished]) model.dispose();
    x.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('supervises a U-Net alone, too, with masks at each level', async () => {
    const config = small({ model: 'unet', tasks: ['segmentation'], supervisedLevels: 2 });
    const trained = trainedModel(config);
    expect(trained.model.tasks).toEqual(['segmentation', 'segmentation-2']);
    async function* source(): AsyncGenerator<Batch<'segmentation'>> {
      yield { x: zeros([1, 16, 16, 1]), y: { segmentation: ones([1, 16, 16, 1]) } };
    }
    for await (const { x, y } of trained.labels(source as never)(0)) {
      expect(y['segmentation-2']?.shape).toEqual([1, 8, 8, 1]);
      for (const tensor of [x, y.segmentation]) tensor?.dispose();
    }
    trained.finish().dispose();
  });
});

describe('a window by percentiles', () => {
  it('makes them 0 and 1 in each image, and in what is to be reconstructed', async () => {
    const data = { data: null, phantoms: 60 };
    const [plain, windowed] = [await openImages(data, 16), await openImages(data, 16, [25, 75])];
    const [{ x: before }, { x: after, y }] = [await plain.dataset.read(0), await windowed.dataset.read(0)];
    expect(y.reconstruction).toBe(after);
    const sorted = [...before.data].sort((a, b) => a - b);
    // Of 256 values, linear between neighbours: a quarter of 255 is 63.75.
    const [low, high] = [63.75, 191.25].map((at) => {
      const i = Math.floor(at);
      return sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]);
    });
    const expected = [...before.data].map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
    for (const [i, value] of after.data.entries()) expect(value).toBeCloseTo(expected[i], 5);
  });
});
