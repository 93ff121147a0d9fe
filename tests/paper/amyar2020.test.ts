import { readFileSync } from 'node:fs';
import { ones, tidy, zeros } from '@tensorflow/tfjs-core';
import { initializers } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MLPHead, UNetDecoder, UNetEncoder } from '../../src/layers/index';
import { amyar2020, cnn8, crossStitch, hardSharing, multitask, softSharing, unet } from '../../src/models/index';
import type { MultitaskModel } from '../../src/types';
import { useCpu } from '../support/cpu';

useCpu();

describe('the number of parameters', () => {
  // 45 million random numbers take seconds to draw, zeros none.
  beforeAll(() => {
    const scaling = initializers.varianceScaling({ scale: 1, mode: 'fanIn', distribution: 'normal' });
    vi.spyOn(Object.getPrototypeOf(scaling), 'apply').mockImplementation((shape) => zeros(shape as number[]));
  });
  afterAll(() => vi.restoreAllMocks());

  function count(model: MultitaskModel<string>, prefix = ''): number {
    const counted = model.net.layers.filter(({ name }) => name.startsWith(prefix));
    const parameters = counted.reduce((total, layer) => total + layer.countParams(), 0);
    if (prefix === '') expect(model.net.countParams()).toBe(parameters);
    model.dispose();
    return parameters;
  }

  it("is the paper's for three tasks at 256 and at 512", () => {
    expect(count(amyar2020())).toBe(45_458_123);
    expect(count(amyar2020({ inputShape: [512, 512, 1] }))).toBe(48_603_851);
  });

  it("is the paper's for the encoder and for a decoder", () => {
    expect(count(amyar2020({ tasks: ['segmentation'] }), 'encoder/')).toBe(18_842_048);
    expect(count(amyar2020({ tasks: ['segmentation'] }), 'segmentation')).toBe(12_189_637);
    expect(count(amyar2020({ tasks: ['reconstruction'] }), 'reconstruction')).toBe(12_189_637);
  });

  it("is the paper's, and Keras's, for the baselines", () => {
    const golden = JSON.parse(readFileSync(new URL('../golden/layers/layers.json', import.meta.url), 'utf8'));
    const found = { unet: count(unet()), cnn256: count(cnn8()), cnn512: count(cnn8({ inputShape: [512, 512, 1] })) };
    expect(found).toEqual({ unet: 31_031_685, cnn256: 917_953, cnn512: 2_490_817 });
    expect(found).toEqual(golden.parameters);
  });
});

describe('amyar2020', () => {
  const tiny = { inputShape: [16, 16, 1], filters: [2, 3, 4], seed: 1 } as const;

  it('has the outputs of the three tasks', () => {
    const model = amyar2020(tiny);
    tidy(() => {
      const { reconstruction, segmentation, classification } = model.predict(ones([2, 16, 16, 1]));
      expect(reconstruction.shape).toEqual([2, 16, 16, 1]);
      expect(segmentation.shape).toEqual([2, 16, 16, 1]);
      expect(classification.shape).toEqual([2, 1]);
    });
    model.dispose();
  });

  it.each([
    [['reconstruction', 'segmentation']],
    [['reconstruction', 'classification']],
    [['classification', 'segmentation']],
    [['classification']],
  ] as const)('can be built of the tasks %j alone', (tasks) => {
    const model = amyar2020({ ...tiny, tasks });
    expect(model.tasks).toEqual(tasks);
    expect(model.net.outputNames).toEqual(tasks);
    model.dispose();
  });

  it('has the five levels of the paper from one number, also where the bottleneck is one pixel', () => {
    const model = amyar2020({ inputShape: [16, 16, 1], filters: 2, tasks: ['classification'] });
    const shape = (name: string) => model.net.getLayer(name).outputShape;
    expect([1, 2, 3, 4, 5].map((level) => shape(`encoder/level${level}/conv2`))).toEqual([
      [null, 16, 16, 2],
      [null, 8, 8, 4],
      [null, 4, 4, 8],
      [null, 2, 2, 16],
      [null, 1, 1, 32],
    ]);
    model.dispose();
  });

  it('reconstructs as many channels as it gets', () => {
    const model = amyar2020({ ...tiny, inputShape: [16, 16, 3], tasks: ['reconstruction'] });
    expect(model.net.outputs[0].shape).toEqual([null, 16, 16, 3]);
    model.dispose();
  });

  it('is the model that its parts make', () => {
    const model = amyar2020(tiny);
    const parts = multitask({
      inputShape: [16, 16, 1],
      encoder: UNetEncoder({ filters: [2, 3, 4] }),
      heads: {
        reconstruction: UNetDecoder({ activation: 'linear' }),
        segmentation: UNetDecoder(),
        classification: MLPHead(),
      },
      name: 'amyar2020',
      seed: 1,
    });
    expect(model.net.toJSON(null, false)).toEqual(parts.net.toJSON(null, false));
    model.dispose();
    parts.dispose();
  });

  it.each([
    ['hardSharing', () => hardSharing()],
    ['softSharing', () => softSharing()],
    ['crossStitch', () => crossStitch()],
  ] as const)('shares its encoder by %s as the model of its parts does', (_, sharing) => {
    const model = amyar2020({ ...tiny, tasks: ['segmentation', 'classification'], sharing: sharing() });
    const parts = multitask({
      inputShape: [16, 16, 1],
      encoder: UNetEncoder({ filters: [2, 3, 4] }),
      heads: { segmentation: UNetDecoder(), classification: MLPHead() },
      sharing: sharing(),
      name: 'amyar2020',
      seed: 1,
    });
    expect(model.net.toJSON(null, false)).toEqual(parts.net.toJSON(null, false));
    model.dispose();
    parts.dispose();
  });

  it('has an encoder for each of the three tasks, and its decoders and class head, with softSharing', () => {
    const paper = amyar2020(tiny);
    const soft = amyar2020({ ...tiny, sharing: softSharing({ distance: 'trace' }) });
    const count = ({ net }: typeof soft, prefix: string) =>
      net.layers.reduce((total, layer) => total + (layer.name.startsWith(prefix) ? layer.countParams() : 0), 0);
    for (const task of soft.tasks) {
      expect(count(soft, `encoder/${task}/`)).toBe(count(paper, 'encoder/'));
      expect(count(soft, task)).toBe(count(paper, task));
    }
    expect(soft.net.outputNames).toEqual(paper.net.outputNames);
    paper.dispose();
    soft.dispose();
  });

  it('can leave the skips out of the reconstruction alone', () => {
    const { net, dispose } = amyar2020({ ...tiny, reconstructionSkips: 'none' });
    const names = net.layers.map(({ name }) => name);
    expect(names.filter((name) => name.endsWith('concat'))).toEqual([
      'segmentation/dec2/concat',
      'segmentation/dec1/concat',
    ]);
    dispose();
  });

  it('passes normalization and dropout on', () => {
    const { net, dispose } = amyar2020({ ...tiny, norm: 'batch', dropout: 0.1 });
    const count = (end: string) => net.layers.filter(({ name }) => name.startsWith(end)).length;
    expect(net.getLayer('encoder/level3/dropout').getConfig()).toMatchObject({ rate: 0.1 });
    expect(net.getLayer('encoder/level3/norm2').getClassName()).toBe('BatchNormalization');
    expect(net.getLayer('reconstruction/dec1/norm2').getClassName()).toBe('BatchNormalization');
    expect(net.getLayer('segmentation/up1/norm1').getClassName()).toBe('BatchNormalization');
    expect(net.getLayer('segmentation/maps/norm1').getClassName()).toBe('BatchNormalization');
    expect(count('encoder/')).toBe(3 * 7 + 2);
    dispose();
  });

  it('shows every layer by its whole name in the summary', () => {
    const { net, dispose } = amyar2020({ ...tiny, norm: 'instance', reconstructionSkips: 'attention' });
    const lines: string[] = [];
    net.summary(undefined, undefined, (line: string) => lines.push(line));
    for (const { name } of net.layers)
      expect(
        lines.some((line) => line.startsWith(`${name} `)),
        name,
      ).toBe(true);
    dispose();
  });

  it('refuses unknown, repeated and no tasks', () => {
    expect(() => amyar2020({ ...tiny, tasks: ['detection' as 'segmentation'] })).toThrow(
      new RangeError("amyar2020: tasks must be among reconstruction, segmentation, classification; got 'detection'."),
    );
    expect(() => amyar2020({ ...tiny, tasks: ['segmentation', 'segmentation'] })).toThrow(
      new RangeError('amyar2020: tasks must differ, got segmentation, segmentation.'),
    );
    expect(() => amyar2020({ ...tiny, tasks: [] })).toThrow('a model must have at least 1 task, got none.');
  });

  it('refuses sides that the levels cannot halve', () => {
    expect(() => amyar2020({ inputShape: [100, 100, 1] })).toThrow('Take 96 x 96 or 112 x 112, or fewer levels.');
  });
});

describe('the baselines', () => {
  it('unet segments', () => {
    const model = unet({ inputShape: [16, 16, 1], filters: 2, norm: 'instance', dropout: 0.1 });
    expect(model.tasks).toEqual(['segmentation']);
    tidy(() => {
      expect(model.predict(ones([1, 16, 16, 1])).segmentation.shape).toEqual([1, 16, 16, 1]);
    });
    model.dispose();
  });

  it('cnn8 takes a norm and another dropout', () => {
    const { net, dispose } = cnn8({ inputShape: [16, 16, 1], filters: 2, norm: 'batch', dropout: 0.1 });
    const rate = (name: string) => net.getLayer(name).getConfig().rate;
    expect([rate('encoder/level1/dropout'), rate('classification/dropout1')]).toEqual([0.1, 0.5]);
    expect(net.getLayer('encoder/level6/norm1').getClassName()).toBe('BatchNormalization');
    dispose();
    expect(() => cnn8({ dropout: 1 })).toThrow('ConvEncoder: dropout');
  });

  it('cnn8 classifies, with the dropout of the paper', () => {
    const model = cnn8({ inputShape: [16, 16, 1], filters: 2 });
    expect(model.tasks).toEqual(['classification']);
    tidy(() => {
      expect(model.predict(ones([1, 16, 16, 1])).classification.shape).toEqual([1, 1]);
    });
    const rates = model.net.layers
      .filter((layer) => layer.name.includes('/dropout'))
      .map((layer) => [layer.name, layer.getConfig().rate]);
    expect(Object.fromEntries(rates)).toEqual({
      'encoder/level1/dropout': 0.25,
      'encoder/level2/dropout': 0.25,
      'encoder/level3/dropout': 0.25,
      'encoder/level4/dropout': 0.25,
      'encoder/level5/dropout': 0.25,
      'encoder/level6/dropout': 0.25,
      'classification/dropout1': 0.5,
    });
    model.dispose();
  });
});
