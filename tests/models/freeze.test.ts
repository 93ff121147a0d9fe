import { describe, expect, it } from 'vitest';
import {
  MLPHead,
  MobileNetV2Encoder,
  UNetDecoder,
  UNetEncoder,
  VGG16Encoder,
  withDecoder,
} from '../../src/layers/index';
import { freeze, loadMultitask, mmoe, multitask, type Sharing, unfreeze } from '../../src/models/index';
import type { Encoder, MultitaskModel } from '../../src/types';
import { useCpu } from '../support/cpu';
import { saved } from './in-memory';

useCpu();

const build = (encoder: Encoder, sharing?: Sharing) =>
  multitask({
    inputShape: [32, 32, 3],
    encoder,
    heads: { grade: MLPHead({ filters: 0, units: [2], dropout: 0 }) },
    sharing,
    seed: 1,
  });

const trained = ({ net }: MultitaskModel<string>) =>
  net.layers.filter((layer) => layer.trainableWeights.length > 0).map(({ name }) => name);
const levels = (names: readonly string[]) => [...new Set(names.map((name) => name.split('/').slice(0, -1).join('/')))];

describe('freeze', () => {
  it('freezes the first levels of an encoder, and all of it by default', () => {
    const model = build(UNetEncoder({ filters: [2, 3, 4] }));
    freeze(model, { until: 2 });
    expect(levels(trained(model))).toEqual(['encoder/level3', 'grade', '']);
    freeze(model);
    expect(levels(trained(model))).toEqual(['grade', '']);
    freeze(model, { part: 'grade' });
    expect(trained(model)).toEqual([]);
    unfreeze(model, { from: 3 });
    expect(levels(trained(model))).toEqual(['encoder/level3']);
    unfreeze(model, { part: 'grade' });
    unfreeze(model, { part: 'encoder/stage1' });
    expect(levels(trained(model))).toEqual(['encoder/level1', 'encoder/level3', 'grade', '']);
    model.dispose();
  });

  it('freezes the stages of a published encoder as its option does, after saving and loading too', async () => {
    const encoder = (frozen: number) => MobileNetV2Encoder({ width: 0.35, stages: 3, preprocess: true, frozen });
    const [model, expected, free] = [build(encoder(0)), build(encoder(2)), build(encoder(0))];
    freeze(model, { until: 2 });
    expect(trained(model)).toEqual(trained(expected));
    const loaded = await loadMultitask(await saved(model.net));
    expect(trained(loaded)).toEqual(trained(expected));
    unfreeze(loaded);
    expect(trained(loaded)).toEqual(trained(free));
    for (const each of [model, expected, free, loaded]) each.dispose();
  });

  it('never trains a preprocessing', () => {
    const model = build(VGG16Encoder({ stages: 1, preprocess: true }));
    unfreeze(model);
    expect(model.net.getLayer('encoder/preprocess').trainableWeights).toEqual([]);
    expect(trained(model)).toContain('encoder/block1_conv1');
    model.dispose();
  });

  it('freezes the same stages of all encoders that tasks share', () => {
    const model = multitask({
      inputShape: [8, 8, 1],
      encoder: UNetEncoder({ filters: [2, 3] }),
      heads: { grade: MLPHead({ filters: 0, units: [] }), mask: UNetDecoder() },
      sharing: mmoe({ experts: 2 }),
      seed: 1,
    });
    freeze(model, { until: 1 });
    expect(levels(trained(model)).filter((name) => name.includes('level'))).toEqual([
      'encoder/expert1/level2',
      'encoder/expert2/level2',
    ]);
    model.dispose();
  });

  it('counts a decoder behind the encoder as behind its last stage', () => {
    const model = build(withDecoder(UNetEncoder({ filters: [2, 3] })));
    freeze(model, { until: 2 });
    expect(levels(trained(model))).toEqual(['grade', '']);
    model.dispose();
  });

  it('says which parts there are, and how many stages', () => {
    const model = build(UNetEncoder({ filters: [2, 3] }));
    expect(() => freeze(model, { part: 'decoder' })).toThrow(
      new RangeError(
        "freeze: no layer with weights belongs to 'decoder'; the parts are encoder, grade, and for an encoder its stages, " +
          "such as 'encoder/stage1'.",
      ),
    );
    expect(() => freeze(model, { until: 3 })).toThrow(
      "freeze: until must be at most 2, the stages with weights of 'encoder', got 3.",
    );
    expect(() => unfreeze(model, { part: 'grade', from: 1 })).toThrow(
      "unfreeze: 'grade' has no stages, so from cannot be given, got 1.",
    );
    expect(() => freeze(model, { until: 0 })).toThrow('freeze: until must be an integer of at least 1, got 0.');
    model.dispose();
  });
});
