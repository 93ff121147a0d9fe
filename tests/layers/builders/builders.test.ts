import { input, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { ConvEncoder, convBlock, MLPHead, UNetDecoder, UNetEncoder } from '../../../src/layers/index';
import type { Features } from '../../../src/types';
import { useCpu } from '../../support/cpu';

useCpu();

const image = (height: number, width = height, channels = 1) => input({ shape: [height, width, channels] });
const map = (...shape: number[]) => input({ shape });
const size = (x: SymbolicTensor) => x.shape.slice(1);

/** What leads to an output, following the last input of each layer. */
function wayTo(output: SymbolicTensor): SymbolicTensor[] {
  const way: SymbolicTensor[] = [];
  for (let x = output; x.sourceLayer.getClassName() !== 'InputLayer'; ) {
    way.unshift(x);
    x = x.sourceLayer.inboundNodes[0].inputTensors.at(-1)!;
  }
  return way;
}

/** The names of the layers on it. */
const path = (output: SymbolicTensor): string[] => wayTo(output).map((x) => x.sourceLayer.name);

describe('UNetEncoder', () => {
  it('gives a skip a level, finest first, and the deepest level as bottleneck', () => {
    const { skips, bottleneck } = UNetEncoder({ filters: [4, 8, 16] })(image(16), 'encoder');
    expect(skips.map(size)).toEqual([
      [16, 16, 4],
      [8, 8, 8],
    ]);
    expect(size(bottleneck)).toEqual([4, 4, 16]);
  });

  it('names its layers by level', () => {
    const { bottleneck } = UNetEncoder({ filters: [2, 3], norm: 'batch', dropout: 0.1 })(image(4), 'encoder');
    expect(path(bottleneck)).toEqual([
      'encoder/level1/conv1',
      'encoder/level1/norm1',
      'encoder/level1/relu1',
      'encoder/level1/conv2',
      'encoder/level1/norm2',
      'encoder/level1/relu2',
      'encoder/level1/dropout',
      'encoder/level2/pool',
      'encoder/level2/conv1',
      'encoder/level2/norm1',
      'encoder/level2/relu1',
      'encoder/level2/conv2',
      'encoder/level2/norm2',
      'encoder/level2/relu2',
      'encoder/level2/dropout',
    ]);
  });

  it('says which sizes fit where the input cannot be halved often enough', () => {
    const encoder = UNetEncoder({ filters: [1, 2, 3, 4, 5] });
    expect(() => encoder(image(100, 64), 'encoder')).toThrow(
      new RangeError(
        'UNetEncoder: 5 levels halve the input 4 times, so its sides must be multiples of 16; got 100 x 64. ' +
          'Take 96 x 64 or 112 x 64, or fewer levels.',
      ),
    );
    expect(() => encoder(image(8), 'encoder')).toThrow('got 8 x 8. Take 16 x 16, or fewer levels.');
  });

  it('refuses options out of range', () => {
    expect(() => UNetEncoder({ filters: [64] })).toThrow(
      new RangeError('UNetEncoder: filters must have at least 2 levels, got [64].'),
    );
    expect(() => UNetEncoder({ filters: [8, 0] })).toThrow(
      'UNetEncoder: filters must be an integer of at least 1, got 0.',
    );
    expect(() => UNetEncoder({ norm: 'layer' as 'batch' })).toThrow(
      "UNetEncoder: norm must be one of 'none', 'batch', 'instance', 'group'; got 'layer'.",
    );
    expect(() => UNetEncoder({ dropout: 1 })).toThrow('UNetEncoder: dropout must lie in [0, 1), got 1.');
  });
});

describe('ConvEncoder', () => {
  it('pools after each level, and rounds odd sides up', () => {
    const { skips, bottleneck } = ConvEncoder({ filters: [2, 3, 4] })(image(6, 8), 'encoder');
    expect(skips.map(size)).toEqual([
      [6, 8, 2],
      [3, 4, 3],
      [2, 2, 4],
    ]);
    expect(size(bottleneck)).toEqual([1, 1, 4]);
    expect(path(bottleneck).slice(0, 4)).toEqual([
      'encoder/level1/conv1',
      'encoder/level1/pool',
      'encoder/level1/dropout',
      'encoder/level2/conv1',
    ]);
  });

  it('refuses what is no image', () => {
    expect(() => ConvEncoder()(input({ shape: [8, 8] }), 'encoder')).toThrow(
      new RangeError('ConvEncoder: the input must be images [height, width, channels], got the shape [8, 8].'),
    );
    expect(() => UNetEncoder()(input({ shape: [64] }), 'encoder')).toThrow(
      'UNetEncoder: the input must be images [height, width, channels], got the shape [64].',
    );
  });

  it('refuses options out of range', () => {
    expect(() => ConvEncoder({ filters: [] })).toThrow('ConvEncoder: filters must have at least 1 level, got [].');
    expect(() => ConvEncoder({ filters: [-1] })).toThrow('filters must be an integer of at least 1, got -1.');
    expect(() => ConvEncoder({ norm: 'x' as 'none' })).toThrow("ConvEncoder: norm must be one of 'none'");
    expect(() => ConvEncoder({ dropout: -0.1 })).toThrow('ConvEncoder: dropout must lie in [0, 1), got -0.1.');
  });
});

describe('UNetDecoder', () => {
  const features: Features = { skips: [map(8, 8, 3), map(4, 4, 5)], bottleneck: map(2, 2, 7) };

  it('takes its channels from the skips, and ends in a layer of its own name', () => {
    const output = UNetDecoder()(features, 'task');
    expect(size(output)).toEqual([8, 8, 1]);
    expect(path(output)).toEqual([
      'task/up2/resize',
      'task/up2/conv1',
      'task/dec2/concat',
      'task/dec2/conv1',
      'task/dec2/conv2',
      'task/up1/resize',
      'task/up1/conv1',
      'task/dec1/concat',
      'task/dec1/conv1',
      'task/dec1/conv2',
      'task/maps/conv1',
      'task',
    ]);
  });

  it('takes other numbers of channels, with or without skips', () => {
    const channelsOf = (skips: 'concat' | 'none') => {
      const output = UNetDecoder({ filters: [2, 4], skips })(features, 'task');
      expect(size(output)).toEqual([8, 8, 1]);
      return wayTo(output).map((x) => x.shape[3]);
    };
    // Of each level: resized, convolved, joined with the skip of 5 or 3, convolved twice; then twice the output's, and that.
    expect(channelsOf('concat')).toEqual([...[7, 4, 9, 4, 4], ...[4, 2, 5, 2, 2], 2, 1]);
    expect(channelsOf('none')).toEqual([...[7, 4, 4, 4], ...[4, 2, 2, 2], 2, 1]);
  });

  it('can leave the skips out, and upsample by a transposed convolution', () => {
    const output = UNetDecoder({ channels: 3, skips: 'none', upsample: 'transpose' })(features, 'task');
    expect(size(output)).toEqual([8, 8, 3]);
    expect(path(output)).toEqual([
      'task/up2/conv1',
      'task/dec2/conv1',
      'task/dec2/conv2',
      'task/up1/conv1',
      'task/dec1/conv1',
      'task/dec1/conv2',
      'task/maps/conv1',
      'task',
    ]);
  });

  it('can gate the skips', () => {
    const output = UNetDecoder({ skips: 'attention', upsample: 'bilinear' })(features, 'task');
    const concat =
      output.sourceLayer.inboundNodes[0].inputTensors[0].sourceLayer.inboundNodes[0].inputTensors[0].sourceLayer
        .inboundNodes[0].inputTensors[0].sourceLayer.inboundNodes[0].inputTensors[0].sourceLayer;
    expect(concat.inboundNodes[0].inputTensors.map((x) => x.sourceLayer.name)).toEqual([
      'task/dec1/gate',
      'task/up1/conv1',
    ]);
  });

  it('decodes a ConvEncoder too', () => {
    expect(size(UNetDecoder()(ConvEncoder({ filters: [2, 3] })(image(8), 'encoder'), 'task'))).toEqual([8, 8, 1]);
  });

  it('gives upsampled feature maps a border where the encoder does not pad, and cuts them where it rounds up', () => {
    const features: Features = { skips: [map(45, 31, 3), map(20, 16, 4)], bottleneck: map(9, 8, 7) };
    const output = UNetDecoder()(features, 'task');
    expect(size(output)).toEqual([45, 31, 1]);
    expect(path(output).filter((name) => /pad|crop/.test(name))).toEqual([
      'task/up2/pad',
      'task/up1/pad',
      'task/up1/crop',
    ]);
  });

  it('doubles twice where a level is missing', () => {
    const output = UNetDecoder()({ skips: [map(16, 16, 3)], bottleneck: map(4, 4, 7) }, 'task');
    expect(size(output)).toEqual([16, 16, 1]);
    expect(path(output).filter((name) => name.startsWith('task/up1'))).toEqual([
      'task/up1/resize',
      'task/up1/conv1',
      'task/up1/resize2',
      'task/up1/conv2',
    ]);
  });

  it.each(['nearest', 'bilinear', 'transpose'] as const)(
    'ends at the size of the image where the finest skip is smaller, %s',
    (upsample) => {
      const x = image(33, 48, 3);
      const pool = (from: SymbolicTensor) =>
        layers.maxPooling2d({ poolSize: 2, padding: 'same' }).apply(from) as SymbolicTensor;
      const skip = convBlock({ filters: 8 })(pool(x), 'encoder/level1');
      const output = UNetDecoder({ upsample })({ skips: [skip], bottleneck: pool(skip) }, 'task');
      expect(size(output)).toEqual([33, 48, 1]);
      const finest = output.sourceLayer.inboundNodes[0].inputTensors[0].sourceLayer.inboundNodes[0].inputTensors[0];
      expect(finest.sourceLayer.name).toBe('task/dec0/conv2');
      expect(size(finest)).toEqual([33, 48, 4]);
    },
  );

  it('says which skip does not fit', () => {
    const far: Features = { skips: [map(40, 8, 3)], bottleneck: map(4, 4, 7) };
    expect(() => UNetDecoder()(far, 'task')).toThrow(
      new RangeError(
        'UNetDecoder: the feature map of level 1 is 40 x 8, and what is brought to its size 8 x 8; the encoder must halve ' +
          'the sides from level to level, but for a border of 8 pixels.',
      ),
    );
    expect(() => UNetDecoder()({ skips: [], bottleneck: map(4, 4, 7) }, 'task')).toThrow(
      'UNetDecoder: the encoder must have at least 1 skip, got 0.',
    );
  });

  it('refuses options out of range', () => {
    expect(() => UNetDecoder({ channels: 0 })).toThrow(
      'UNetDecoder: channels must be an integer of at least 1, got 0.',
    );
    expect(() => UNetDecoder({ filters: [4, 0] })).toThrow(
      'UNetDecoder: filters must be an integer of at least 1, got 0.',
    );
    expect(() => UNetDecoder({ filters: 4 as never })).toThrow('UNetDecoder: filters');
    expect(() => UNetDecoder({ filters: [4] })(features, 'task')).toThrow(
      new RangeError('UNetDecoder: filters must have a number for each of the 2 skips, finest first, got 1.'),
    );
    expect(() => UNetDecoder({ skips: 'add' as 'concat' })).toThrow(
      "UNetDecoder: skips must be one of 'concat', 'attention', 'none'; got 'add'.",
    );
    expect(() => UNetDecoder({ upsample: 'cubic' as 'nearest' })).toThrow(
      "UNetDecoder: upsample must be one of 'nearest', 'bilinear', 'transpose'; got 'cubic'.",
    );
    expect(() => UNetDecoder({ norm: 'x' as 'none' })).toThrow("UNetDecoder: norm must be one of 'none'");
  });
});

describe('MLPHead', () => {
  it('goes from the bottleneck to as many outputs as asked', () => {
    const output = MLPHead({ filters: 3, units: [5, 4], outputs: 2 })({ skips: [], bottleneck: map(4, 4, 7) }, 'task');
    expect(size(output)).toEqual([2]);
    expect(path(output)).toEqual([
      'task/conv1',
      'task/pool',
      'task/flatten',
      'task/dense1',
      'task/dropout1',
      'task/dense2',
      'task/dropout2',
      'task',
    ]);
  });

  it('works on a bottleneck of one pixel', () => {
    const output = MLPHead({ filters: 3 })({ skips: [], bottleneck: map(1, 1, 2) }, 'task');
    expect(output.sourceLayer.name).toBe('task');
  });

  it('can leave out the convolution, the hidden layers and the dropout', () => {
    const bottleneck = map(2, 2, 3);
    expect(path(MLPHead({ filters: 0, units: [] })({ skips: [], bottleneck }, 'a'))).toEqual(['a/flatten', 'a']);
    const plain = MLPHead({ filters: 0, units: [4], dropout: 0 })({ skips: [], bottleneck }, 'b');
    expect(path(plain)).toEqual(['b/flatten', 'b/dense1', 'b']);
  });

  it('starts with the hidden layers on a vector', () => {
    const bottleneck = input({ shape: [6] });
    expect(path(MLPHead({ units: [4], dropout: 0 })({ skips: [], bottleneck }, 'v'))).toEqual(['v/dense1', 'v']);
    expect(() => MLPHead({ filters: 8 })({ skips: [], bottleneck }, 'w')).toThrow(
      new RangeError('MLPHead: filters must be 0 for features that are a vector, [batch, 6], got 8.'),
    );
  });

  it('refuses options out of range', () => {
    expect(() => MLPHead({ filters: -1 })).toThrow('MLPHead: filters must be an integer of at least 0, got -1.');
    expect(() => MLPHead({ units: [1.5] })).toThrow('MLPHead: units must be an integer of at least 1, got 1.5.');
    expect(() => MLPHead({ outputs: 0 })).toThrow('MLPHead: outputs must be an integer of at least 1, got 0.');
    expect(() => MLPHead({ dropout: 2 })).toThrow('MLPHead: dropout must lie in [0, 1), got 2.');
  });
});

describe('convBlock', () => {
  it('drops the bias where a normalization follows', () => {
    const biases = (norm: 'none' | 'instance') => {
      const y = convBlock({ filters: 2, convs: 1, norm, activation: 'linear' })(image(4), 'block');
      const conv =
        norm === 'none'
          ? y.sourceLayer
          : y.sourceLayer.inboundNodes[0].inboundLayers[0].inboundNodes[0].inboundLayers[0];
      return conv.weights.map((weight) => weight.originalName);
    };
    expect(biases('none')).toEqual(['block/conv1/kernel', 'block/conv1/bias']);
    expect(biases('instance')).toEqual(['block/conv1/kernel']);
  });

  it('refuses options out of range', () => {
    expect(() => convBlock({ filters: 0 })).toThrow('convBlock: filters must be an integer of at least 1, got 0.');
    expect(() => convBlock({ filters: 1, convs: 0 })).toThrow(
      'convBlock: convs must be an integer of at least 1, got 0.',
    );
    expect(() => convBlock({ filters: 1, norm: 'x' as 'none' })).toThrow("convBlock: norm must be one of 'none'");
    expect(() => convBlock({ filters: 1, dropout: 1 })).toThrow('convBlock: dropout must lie in [0, 1), got 1.');
  });
});
