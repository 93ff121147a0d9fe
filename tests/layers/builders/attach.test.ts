import { memory, mul, randomNormal, type Scalar, sum, type Tensor, tidy, train } from '@tensorflow/tfjs-core';
import { input, model as layersModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import {
  attach,
  ConvEncoder,
  MLPHead,
  SegmentationHead,
  UNetDecoder,
  UNetEncoder,
  withDecoder,
} from '../../../src/layers/index';
import { loadMultitask, multitask } from '../../../src/models/index';
import type { Features } from '../../../src/types';
import { saved } from '../../models/in-memory';
import { useCpu } from '../../support/cpu';

useCpu();

const map = (...shape: number[]) => input({ shape });
const size = (x: SymbolicTensor) => x.shape.slice(1);
const features = (): Features => ({ skips: [map(8, 8, 3), map(4, 4, 5)], bottleneck: map(2, 2, 7) });

describe('attach', () => {
  it('gives the head the feature map of the level and the finer skips', () => {
    const { skips, bottleneck } = features();
    const seen = (level: number) => {
      let given: Features | undefined;
      const head = MLPHead({ filters: 0, units: [] });
      attach(
        (all, name, seed) => {
          given = all;
          return head(all, name, seed);
        },
        { level },
      )({ skips, bottleneck }, `level${level}`);
      return given!;
    };
    expect(seen(1)).toEqual({ skips: [], bottleneck: skips[0] });
    expect(seen(2)).toEqual({ skips: [skips[0]], bottleneck: skips[1] });
    expect(seen(3)).toEqual({ skips, bottleneck });
  });

  it('can pool the feature map first', () => {
    const output = attach(SegmentationHead(), { level: 1, pool: 3 })(features(), 'task');
    expect(size(output)).toEqual([3, 3, 1]);
  });

  it('lets a decoder start at a finer level', () => {
    expect(size(attach(UNetDecoder(), { level: 2 })(features(), 'task'))).toEqual([8, 8, 1]);
  });

  it('refuses levels that do not exist, and factors that are no positive integers', () => {
    expect(() => attach(SegmentationHead(), { level: 4 })(features(), 'task')).toThrow(
      new RangeError('attach: the levels are 1 to 3 (the bottleneck), got 4.'),
    );
    expect(() => attach(SegmentationHead(), { level: 0 })).toThrow(
      'attach: level must be an integer of at least 1, got 0.',
    );
    expect(() => attach(SegmentationHead(), { level: 1, pool: 0.5 })).toThrow(
      'attach: pool must be an integer of at least 1, got 0.5.',
    );
  });
});

describe('withDecoder', () => {
  const build = (seed = 3) =>
    multitask({
      inputShape: [8, 8, 1],
      encoder: withDecoder(UNetEncoder({ filters: [2, 3, 4] })),
      heads: {
        lesion: attach(SegmentationHead(), { level: 1 }),
        grade: attach(MLPHead({ filters: 0, units: [], dropout: 0 }), { level: 1, pool: 4 }),
        coarse: attach(SegmentationHead(), { level: 2 }),
      },
      seed,
    });

  it("has the decoder's feature maps in the place of the skips", () => {
    const { skips, bottleneck } = withDecoder(UNetEncoder({ filters: [2, 3, 4] }))(map(8, 8, 1), 'trunk');
    expect([...skips, bottleneck].map(size)).toEqual([
      [8, 8, 2],
      [4, 4, 3],
      [2, 2, 4],
    ]);
    expect(skips.map((x) => x.sourceLayer.name)).toEqual(['trunk/dec1/conv2', 'trunk/dec2/conv2']);
    expect(bottleneck.sourceLayer.name).toBe('trunk/level3/conv2');
  });

  it('is the U-Net of UNetDecoder with the head at level 1', () => {
    const shared = build();
    const whole = multitask({
      inputShape: [8, 8, 1],
      encoder: UNetEncoder({ filters: [2, 3, 4] }),
      heads: { lesion: UNetDecoder() },
    });
    for (const layer of whole.net.layers) {
      const name = layer.name.replace(/^lesion\/(up|dec)/, 'encoder/$1');
      if (layer.weights.length > 0) layer.setWeights(shared.net.getLayer(name).getWeights());
    }
    tidy(() => {
      const x = randomNormal([2, 8, 8, 1], 0, 1, 'float32', 5);
      expect(Array.from(shared.predict(x).lesion.dataSync())).toEqual(
        Array.from((whole.net.predict(x) as Tensor).dataSync()),
      );
    });
    shared.dispose();
    whole.dispose();
  });

  it('has the parameters that arithmetic gives', () => {
    const model = build();
    // Encoder: 3x3 from 1 to 2, 2 to 2, 2 to 3, 3 to 3, 3 to 4 and 4 to 4 channels.
    const encoder = 9 * (2 + 4 + 6 + 9 + 12 + 16) + 2 * (2 + 3 + 4);
    // Decoder: 2x2 from 4 to 3 and 3 to 2, 3x3 from 3 + 3 to 3, 3 to 3, 2 + 2 to 2 and 2 to 2 channels.
    const decoder = 4 * (12 + 6) + 3 + 2 + 9 * (18 + 9 + 8 + 4) + 2 * (3 + 2);
    // Heads: 3x3 from 2 to 2 and 1x1 to 1; 2x2x2 values to 1; 3x3 from 3 to 2 and 1x1 to 1.
    const heads = 36 + 2 + 2 + 1 + (8 + 1) + (54 + 2 + 2 + 1);
    expect(model.net.countParams()).toBe(encoder + decoder + heads);
    model.dispose();
  });

  it('trains every layer, and is the same after saving and loading', async () => {
    const model = build();
    const x = randomNormal([2, 8, 8, 1], 0, 1, 'float32', 5);
    const outputs = ({ net }: { net: typeof model.net }) =>
      tidy(() => (net.predict(x) as Tensor[]).map((y) => Array.from(y.dataSync())));
    const loaded = await loadMultitask(await saved(model.net));
    expect(outputs(loaded)).toEqual(outputs(model));
    const kernels = () =>
      new Map(model.net.layers.map((layer) => [layer.name, layer.getWeights().map((w) => Array.from(w.dataSync()))]));
    const before = kernels();
    const optimizer = train.sgd(0.1);
    tidy(() => {
      const factor = randomNormal([2, 8, 8, 1], 0, 1, 'float32', 6);
      optimizer.minimize(() => {
        const { lesion, grade, coarse } = model.predict(x);
        return sum(mul(mul(sum(grade), sum(coarse)), mul(lesion, factor))) as Scalar;
      });
    });
    for (const [name, values] of kernels()) if (values.length > 0) expect(values, name).not.toEqual(before.get(name));
    optimizer.dispose();
    loaded.dispose();
    model.dispose();
    x.dispose();
  });

  it('leaves no tensor, not of levels either that no head is attached to', () => {
    const before = memory().numTensors;
    build().dispose();
    multitask({
      inputShape: [8, 8, 1],
      encoder: UNetEncoder({ filters: [2, 3, 4] }),
      heads: { lesion: attach(SegmentationHead(), { level: 1 }) },
    }).dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('takes an encoder that rounds', () => {
    const { skips } = withDecoder(ConvEncoder({ filters: [2, 3] }))(map(6, 8, 1), 'trunk');
    expect(skips.map(({ shape }) => shape.slice(1))).toEqual([
      [6, 8, 2],
      [3, 4, 3],
    ]);
  });

  it('refuses an unknown norm', () => {
    expect(() => withDecoder(UNetEncoder(), { norm: 'x' as 'none' })).toThrow(
      "withDecoder: norm must be one of 'none'",
    );
  });
});

describe('SegmentationHead', () => {
  it('gives a value for each pixel of the bottleneck', () => {
    const output = SegmentationHead({ channels: 3, activation: 'softmax', norm: 'instance' })(features(), 'task');
    expect(size(output)).toEqual([2, 2, 3]);
    const x = map(4, 4, 2);
    const net = layersModel({ inputs: x, outputs: SegmentationHead()({ skips: [], bottleneck: x }, 'task') });
    expect(net.layers.map(({ name }) => name).slice(1)).toEqual(['task/maps/conv1', 'task']);
    net.dispose();
  });

  it('refuses options out of range', () => {
    expect(() => SegmentationHead({ channels: 0 })).toThrow(
      'SegmentationHead: channels must be an integer of at least 1, got 0.',
    );
    expect(() => SegmentationHead({ norm: 'x' as 'none' })).toThrow("SegmentationHead: norm must be one of 'none'");
  });
});
