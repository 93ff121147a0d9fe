import { describe, expect, it } from 'vitest';
import type { WeightNames } from '../../../src/weights/assign/weight-names';
import { torchDenseNet } from '../../../src/weights/mapping/torch-densenet';
import { torchEfficientNet } from '../../../src/weights/mapping/torch-efficientnet';
import { torchResNet } from '../../../src/weights/mapping/torch-resnet';
import { torchVgg16 } from '../../../src/weights/mapping/torch-vgg16';
import { readGolden } from '../nets';

type Row = readonly [name: string, shape: readonly number[]];

const names: Record<string, readonly Row[]> = readGolden('names.json');

const call = (from: WeightNames, [name, shape]: Row) => (typeof from === 'function' ? from(name, shape) : from[name]);
const layerOf = (name: string) => name.slice(0, name.lastIndexOf('/'));
const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Numbers in each layer but for biases, which torchvision's convolutions in front of a normalization do without. */
function sizes(rows: readonly Row[]): Map<string, number[]> {
  const layers = new Map<string, number[]>();
  for (const [name, shape] of rows) {
    const layer = layerOf(name);
    layers.set(
      layer,
      [...(layers.get(layer) ?? []), size(shape)].sort((a, b) => a - b),
    );
  }
  return layers;
}

describe.each([
  ['vgg16', 'vgg16', torchVgg16],
  ['resnet50', 'resnet50', torchResNet],
  ['densenet121', 'densenet121', torchDenseNet],
] as const)('the names of %s', (torch, keras, from) => {
  it("are those of Keras's layers, each with as many numbers", () => {
    const mapped = names[`torch ${torch}`].map((row) => [call(from, row), row[1]] as Row);
    const theirs = names[`keras ${keras}`].filter(([name]) => torch !== 'resnet50' || !/conv\/bias$/.test(name));
    const [found, expected] = [sizes(mapped), sizes(theirs)];
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(found).toEqual(expected);
  });
});

describe('torchResNet', () => {
  it('maps each weight of the shallow networks to one of its own', () => {
    const mapped = names['torch resnet18'].map((row) => call(torchResNet, row));
    expect(new Set(mapped).size).toBe(names['torch resnet18'].length);
    expect(mapped).toContain('conv3_block1_0_bn/running_var');
    expect(torchResNet('layer1.0.conv1.weight')).toBe('conv2_block1_1_conv/weight');
    expect(torchResNet('fc.weight')).toBeNull();
    expect(torchResNet('features.0.weight')).toBeUndefined();
  });
});

describe('torchDenseNet', () => {
  it('reads the names of the published files, which have a dot more', () => {
    expect(torchDenseNet('features.denseblock1.denselayer2.norm.1.weight')).toBe('conv2_block2_0_bn/weight');
    expect(torchDenseNet('features.denseblock4.denselayer16.conv2.weight')).toBe('conv5_block16_2_conv/weight');
    expect(torchDenseNet('classifier.bias')).toBeNull();
  });
});

describe('torchEfficientNet', () => {
  it("maps the lite network to Keras's layers without their squeeze and excitation", () => {
    const mapped = names['torch lite0'].map((row) => [call(torchEfficientNet('lite0'), row), row[1]] as Row);
    const theirs = names['keras efficientnetb0'].filter(([name]) => !/^normalization\/|_se_/.test(name));
    expect(sizes(mapped)).toEqual(sizes(theirs));
  });

  it('counts the blocks of wider networks, and refuses an unknown one', () => {
    // 26 blocks in B3: 2, 3, 3, 5, 5, 6, 2.
    const from = torchEfficientNet('b3');
    expect(call(from, ['_blocks.25._bn2.bias', []])).toBe('block7b_project_bn/bias');
    expect(call(from, ['_blocks.26._bn2.bias', []])).toBeUndefined();
    expect(call(from, ['_fc.bias', []])).toBeNull();
    expect(() => torchEfficientNet('b9' as never)).toThrow('torchEfficientNet: variant');
  });
});

describe('the names of torch', () => {
  it.each([
    ['torchDenseNet', torchDenseNet],
    ['torchEfficientNet', torchEfficientNet('b0')],
    ['torchResNet', torchResNet],
    ['torchVgg16', torchVgg16],
  ] as const)('%s refuses what is no text', (name, from) => {
    expect(() => call(from as WeightNames, [5 as never, []])).toThrow(
      new TypeError(`${name}: name must be a text, got 5.`),
    );
  });
});
