import type { Tensor } from '@tensorflow/tfjs-core';
import { memory, tensor4d } from '@tensorflow/tfjs-core';
import type { MultitaskModel, NDArray } from 'tfjs-multitask';
import { arrayDataset } from 'tfjs-multitask/data';
import { UNetEncoder } from 'tfjs-multitask/layers';
import { multitask } from 'tfjs-multitask/models';
import { describe, expect, it } from 'vitest';
import { declareGrid } from '../src/grid/grids';
import type { ExperimentTask, RunConfig } from '../src/records';
import { logisticRegressions } from '../src/training/pretrained/logistic-regression';
import { pooledFeatures } from '../src/training/pretrained/pooled-features';
import { pooledHead } from '../src/training/pretrained/pooled-head';
import { prepareEncoder } from '../src/training/pretrained/prepare-encoder';
import { fitProbe, type LabelledRow, logitOf, logitsInFolds, putProbe } from '../src/training/pretrained/probe';
import { buildOnVgg16 } from '../src/training/pretrained/vgg16-model';
import type { TaskView } from '../src/training/task-view';
import { useCpu } from './support/cpu';
import { temporaryDirectory } from './support/temporary-directory';

useCpu();
const path = temporaryDirectory();

describe('the logistic regression', () => {
  const rows = [
    [0.5, 1.2, -0.3, 2.0],
    [1.5, -0.7, 0.4, 0.1],
    [-1.0, 0.3, 0.8, -1.2],
    [2.2, 0.9, -1.1, 0.6],
    [-0.4, -1.5, 1.3, 0.2],
    [0.1, 0.6, -0.9, -0.8],
  ];

  it('is that of scikit-learn', () => {
    // sklearn 1.9.1: LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=10000)
    const expected = [
      { penalty: 3, coefficients: [0.10226547, -0.00494295, 0.0065923, 0.5061317], intercept: -0.1230828 },
      { penalty: 0.5, coefficients: [-0.00933147, -0.08088661, 0.02423784, 1.42606805], intercept: -0.14570824 },
    ];
    const penalties = expected.map(({ penalty }) => penalty);
    const found = logisticRegressions(rows, [1, 0, 0, 1, 1, 0], penalties);
    for (const [i, { coefficients, intercept }] of expected.entries()) {
      for (const [j, value] of coefficients.entries()) expect(found[i].coefficients[j]).toBeCloseTo(value, 6);
      expect(found[i].intercept).toBeCloseTo(intercept, 6);
    }
  });
});

/** Rows of which the second column tells the class, in groups of two. */
const labelledRows = (count: number): LabelledRow[] =>
  Array.from({ length: count }, (_, i) => {
    const label = (Math.floor(i / 2) % 2) as 0 | 1;
    const features = Float32Array.of(Math.sin(i), 3 * label + Math.cos(7 * i), 5);
    return { features, label, group: `group ${Math.floor(i / 2)}` };
  });

describe('the probe', () => {
  it('tells the classes of images that it was not fitted on', async () => {
    const rows = labelledRows(40);
    const { foldAuc } = await fitProbe(rows, 1);
    expect(foldAuc).toBeGreaterThan(0.95);
    const shuffled = rows.map((row, i) => ({ ...row, label: ((i * 7) % 5 < 2 ? 1 : 0) as 0 | 1, group: `${i}` }));
    const chance = await fitProbe(shuffled, 1);
    expect(chance.foldAuc).toBeLessThan(0.75);
  });

  it('keeps the images of a group out of the fit that scores one of them', () => {
    // Each group of two has one value of its own, and its label hangs on nothing else: a leak would tell it.
    const rows = Array.from({ length: 40 }, (_, i): LabelledRow => {
      const group = Math.floor(i / 2);
      const features = new Float32Array(20);
      features[group] = 1;
      return { features, label: (group % 2) as 0 | 1, group: String(group) };
    });
    const [logits] = logitsInFolds(rows, [1], 1);
    const right = rows.filter(({ label }, i) => logits[i] > 0 === (label === 1)).length;
    expect(right).toBeLessThan(30);
  });
});

/** A classifier on an encoder that costs little. */
const smallModel = (): MultitaskModel<ExperimentTask> =>
  multitask({
    inputShape: [8, 8, 1],
    encoder: UNetEncoder({ filters: [2, 3, 4] }),
    heads: { classification: pooledHead([2, 3]) },
    seed: 1,
  }) as MultitaskModel<ExperimentTask>;

const images = Array.from({ length: 24 }, (_, i): NDArray => {
  const data = Float32Array.from({ length: 64 }, (_, j) => (j % 8) / 8 + Math.sin(i * j) / 4 + (i % 2) / 2);
  return { data, shape: [8, 8, 1] };
});
const labels = images.map((_, i) => (i % 2) as 0 | 1);
const dataset = arrayDataset({ x: images, y: { classification: labels } });
const mirror = ({ data, shape }: NDArray): NDArray => ({
  data: Float32Array.from(data, (_, j) => data[j - (j % 8) + 7 - (j % 8)]),
  shape,
});

/** Each is its own mirror image, so that its features are the mean of both. */
const even = images.map((image): NDArray => {
  const other = mirror(image).data;
  return { data: Float32Array.from(image.data, (value, i) => (value + other[i]) / 2), shape: image.shape };
});
const evenDataset = arrayDataset({ x: even, y: { classification: labels } });

async function probabilitiesOf(model: MultitaskModel<ExperimentTask>, shown: readonly NDArray[]): Promise<number[]> {
  const x = tensor4d(Float32Array.from(shown.flatMap(({ data }) => [...data])), [shown.length, 8, 8, 1]);
  const y = model.predict(x).classification as Tensor;
  const values = [...(await y.data())];
  x.dispose();
  y.dispose();
  return values;
}

describe('a classifier on pooled features', () => {
  it('begins as the regression on its features', async () => {
    const model = smallModel();
    const before = memory().numTensors;
    const rows = (await pooledFeatures(model, dataset, [...images.keys()], path())).map(
      (features, i): LabelledRow => ({ features, label: labels[i], group: `${i}` }),
    );
    expect(rows[0].features).toHaveLength(2 * (3 + 4));
    const { probe } = await fitProbe(rows, 1);
    putProbe(model, 'classification', probe);
    expect(memory().numTensors).toBe(before);

    const features = await pooledFeatures(model, evenDataset, [0, 1, 2], path());
    const found = await probabilitiesOf(model, even.slice(0, 3));
    for (const [i, row] of features.entries()) {
      expect(found[i]).toBeCloseTo(1 / (1 + Math.exp(-logitOf(row, probe))), 4);
    }
    model.dispose();
  });

  it('is prepared from the training images alone, and says how it does in folds', async () => {
    const model = smallModel();
    const train = [...images.keys()].slice(0, 20);
    const view = {
      dataset: evenDataset,
      parts: { train, validation: [], test: [] },
      truthOf: (i: number) => labels[i],
      groupOf: (i: number) => `${i}`,
    } as unknown as TaskView;
    const config = { tasks: ['classification'], seed: 1 } as unknown as RunConfig;
    const notices: string[] = [];
    await prepareEncoder(model, view, config, { weights: null, out: path(), onNotice: (text) => notices.push(text) });
    expect(notices).toEqual([expect.stringMatching(/^The classifier begins as a logistic regression on 20 images: /)]);
    const features = await pooledFeatures(model, evenDataset, train, path());
    const rows = features.map((row, i): LabelledRow => ({ features: row, label: labels[i], group: `${i}` }));
    const { probe } = await fitProbe(rows, 1);
    const found = await probabilitiesOf(model, even.slice(0, 20));
    for (const [i, row] of features.entries()) {
      expect(found[i]).toBeCloseTo(1 / (1 + Math.exp(-logitOf(row, probe))), 4);
    }
    model.dispose();
  });

  it('asks for weights where the run begins with those of ImageNet', async () => {
    const model = smallModel();
    const pretrained = { encoder: 'vgg16', weights: 'imagenet', classifierRate: 1 };
    const config = { tasks: ['classification'], seed: 1, pretrained } as unknown as RunConfig;
    const options = { weights: null, out: path(), onNotice: () => undefined };
    await expect(prepareEncoder(model, {} as TaskView, config, options)).rejects.toThrow('npm run fetch-vgg16');
    model.dispose();
  });
});

describe('models on VGG16', { timeout: 120_000 }, () => {
  it('share one frozen encoder, and have thin decoders of the size of the image', () => {
    const { runs } = declareGrid('tiny', { mixedSource: 'figures', only: ['pretrained'] });
    const [three, unet, cnn] = runs.map(buildOnVgg16);
    expect(three.tasks).toEqual(['reconstruction', 'segmentation', 'classification']);
    expect(three.net.outputs.map(({ shape }) => shape.slice(1))).toEqual([[32, 32, 1], [32, 32, 1], [1]]);
    const encoderOf = ({ net }: MultitaskModel<ExperimentTask>) =>
      net.layers.filter(({ name, weights }) => name.startsWith('encoder/block') && weights.length > 0);
    for (const model of [three, unet, cnn]) {
      // Keras's number for VGG16 without its dense layers, where the encoder is the whole of it.
      const count = encoderOf(model).reduce((sum, layer) => sum + layer.countParams(), 0);
      expect(count).toBe(model === cnn ? 7_635_264 : 14_714_688);
      expect(encoderOf(model).every(({ trainable }) => !trainable)).toBe(true);
    }
    expect(unet.net.getLayer('segmentation/dec1/conv2').countParams()).toBe(9 * 16 * 16);
    for (const model of [three, unet, cnn]) model.dispose();
  });
});
