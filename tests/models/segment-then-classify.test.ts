import { randomUniform, tidy, train } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { arrayDataset, batches, selectTasks } from '../../src/data/index';
import { ConvEncoder, MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { bce, softDice } from '../../src/losses/index';
import { freeze, segmentThenClassify } from '../../src/models/index';
import { createTrainer } from '../../src/train/index';
import { useCpu } from '../support/cpu';

useCpu();

const build = (sees: 'image and mask' | 'masked image' = 'image and mask') =>
  segmentThenClassify({
    inputShape: [8, 8, 1],
    segment: { task: 'lesion', encoder: UNetEncoder({ filters: [2, 3] }), head: UNetDecoder() },
    classify: {
      task: 'covid',
      encoder: ConvEncoder({ filters: [2], dropout: 0 }),
      head: MLPHead({ filters: 0, units: [3], dropout: 0 }),
    },
    sees,
    seed: 1,
  });

const image = (shift: number) => ({
  data: Float32Array.from({ length: 64 }, (_, i) => 0.5 + 0.5 * Math.sin(i * 0.7 + shift)),
  shape: [8, 8, 1],
});
const images = [0, 1, 2, 3].map(image);
const masks = images.map(({ data, shape }) => ({ data: data.map((value) => Number(value > 0.5)), shape }));

const weightsOf = ({ net }: ReturnType<typeof build>) =>
  new Map(net.weights.map((weight) => [weight.originalName, Array.from(weight.read().dataSync()).join()]));

const isOfSegmenter = (name: string) => /^(segmenter|lesion)\b/.test(name);

async function fit(model: ReturnType<typeof build>, tasks: readonly ('lesion' | 'covid')[]) {
  const trainer = createTrainer(model, { optimizer: train.sgd(0.5), losses: { lesion: softDice(), covid: bce() } });
  const dataset = arrayDataset({ x: images, y: { lesion: masks, covid: [0, 1, 0, 1] } });
  await trainer.fit(batches(selectTasks(dataset, tasks), { batchSize: 4 }), { epochs: 1 });
  trainer.dispose();
}

describe.each(['image and mask', 'masked image'] as const)('of an %s', (sees) => {
  it('trains the segmenter by its own labels alone', async () => {
    const [both, alone] = [build(sees), build(sees)];
    const before = weightsOf(both);
    await fit(both, ['lesion', 'covid']);
    await fit(alone, ['lesion']);
    const [ofBoth, ofAlone] = [weightsOf(both), weightsOf(alone)];
    let classifier = 0;
    for (const [name, values] of ofBoth) {
      if (isOfSegmenter(name)) expect(values, name).toBe(ofAlone.get(name));
      else classifier += Number(values !== before.get(name));
    }
    expect(classifier).toBeGreaterThan(0);
    const onlyClass = build(sees);
    await fit(onlyClass, ['covid']);
    for (const [name, values] of weightsOf(onlyClass)) if (isOfSegmenter(name)) expect(values).toBe(before.get(name));
    for (const model of [both, alone, onlyClass]) model.dispose();
  });

  it('shows the classifier what the segmenter predicts', async () => {
    const model = build(sees);
    const classOf = () =>
      tidy(() => Array.from(model.predict(randomUniform([1, 8, 8, 1], 0, 1, 'float32', 5)).covid.dataSync()));
    const before = classOf();
    await fit(model, ['lesion']);
    expect(classOf()).not.toEqual(before);
    freeze(model, { part: 'segmenter' });
    const trained = model.net.trainableWeights.map(({ originalName }) => originalName);
    expect(trained.filter((name) => name.startsWith('segmenter/'))).toEqual([]);
    model.dispose();
  });
});

it('says what does not fit', () => {
  const encoder = UNetEncoder({ filters: [2, 3] });
  const classify = { task: 'covid', encoder, head: MLPHead() } as const;
  const make =
    (head: ReturnType<typeof MLPHead>, task = 'lesion', sees?: 'masked image') =>
    () =>
      segmentThenClassify({ inputShape: [8, 8, 1], segment: { task, encoder, head }, classify, sees });
  expect(make(MLPHead())).toThrow("segmentThenClassify: the masks must have the image's size, 8 x 8, got [1].");
  expect(make(UNetDecoder({ channels: 3, activation: 'softmax' }), 'lesion', 'masked image')).toThrow(
    'takes one mask, got 3 channels',
  );
  expect(make(UNetDecoder(), 'covid')).toThrow('segmentThenClassify: task names must differ');
  expect(make(UNetDecoder(), 'segmenter')).toThrow('a task may not be named as a layer of every such model');
});
