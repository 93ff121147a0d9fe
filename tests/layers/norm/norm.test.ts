import { grad, randomNormal, type Tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { input, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { convBlock, GroupNorm, InstanceNorm } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

const [BATCH, HEIGHT, WIDTH, CHANNELS] = [2, 3, 4, 6];

/** (x - mean) / sqrt(variance + epsilon) in float64, for every group of neighbouring channels of every sample. */
function oracle(x: ArrayLike<number>, groups: number, epsilon: number): number[] {
  const size = CHANNELS / groups;
  const y = new Array<number>(x.length);
  for (let b = 0; b < BATCH; b++) {
    for (let g = 0; g < groups; g++) {
      const indices: number[] = [];
      for (let p = 0; p < HEIGHT * WIDTH; p++) {
        for (let c = g * size; c < (g + 1) * size; c++) indices.push((b * HEIGHT * WIDTH + p) * CHANNELS + c);
      }
      const mean = indices.reduce((total, i) => total + x[i], 0) / indices.length;
      const variance = indices.reduce((total, i) => total + (x[i] - mean) ** 2, 0) / indices.length;
      for (const i of indices) y[i] = (x[i] - mean) / Math.sqrt(variance + epsilon);
    }
  }
  return y;
}

describe.each([
  ['InstanceNorm', CHANNELS, () => new InstanceNorm()],
  ['GroupNorm', 2, () => new GroupNorm({ groups: 2 })],
] as const)('%s', (_, groups, make) => {
  const images = () => randomNormal([BATCH, HEIGHT, WIDTH, CHANNELS], 3, 2, 'float32', 1) as Tensor;

  it('has mean 0 and variance 1 over what it takes together', () => {
    tidy(() => {
      const x = images();
      const expected = oracle(x.dataSync(), groups, 1e-5);
      const y = (make().apply(x) as Tensor).dataSync();
      for (const [i, value] of expected.entries()) expect(y[i]).toBeCloseTo(value, 5);
    });
  });

  it('has the gradient of the float64 oracle by central differences', () => {
    tidy(() => {
      const x = images();
      const values = Float64Array.from(x.dataSync());
      const factors = randomNormal(x.shape, 0, 1, 'float32', 2);
      const weights = factors.dataSync();
      const dx = grad((image) => make().apply(image) as Tensor)(x, factors).dataSync();
      const value = () => oracle(values, groups, 1e-5).reduce((total, y, i) => total + weights[i] * y, 0);
      for (let i = 0; i < values.length; i += 7) {
        const kept = values[i];
        values[i] = kept + 1e-4;
        const above = value();
        values[i] = kept - 1e-4;
        const below = value();
        values[i] = kept;
        expect(dx[i]).toBeCloseTo((above - below) / 2e-4, 4);
      }
    });
  });

  it('gives zeros for a constant feature map', () => {
    tidy(() => {
      const y = make().apply(tensor4d(new Array(24).fill(5), [1, 2, 2, 6])) as Tensor;
      for (const value of y.dataSync()) expect(value).toBeCloseTo(0, 6);
    });
  });

  it('leaves no tensor but its output', async () => {
    const layer = make();
    const x = images();
    layer.build(x.shape);
    await expectNoLeak(() => void layer.apply(x), 1);
  });
});

describe('GroupNorm', () => {
  it('refuses groups that do not divide the channels', () => {
    expect(() => new GroupNorm({ groups: 4 }).apply(input({ shape: [2, 2, 6] }))).toThrow(
      new RangeError('GroupNorm: groups must divide the 6 channels, got 4.'),
    );
  });

  it('refuses groups that are no positive integer', () => {
    expect(() => new GroupNorm({ groups: 0 })).toThrow('GroupNorm: groups must be an integer of at least 1, got 0.');
  });

  it.each([
    [16, 8],
    [12, 4],
    [2, 2],
    [5, 1],
  ])('is built for %i channels with %i groups', (filters, groups) => {
    const y = convBlock({ filters, convs: 1, norm: 'group', activation: 'linear' })(input({ shape: [4, 4, 1] }), 'b');
    const norm = (y.sourceLayer.inboundNodes[0].inputTensors[0] as SymbolicTensor).sourceLayer;
    expect(norm.getConfig()).toMatchObject({ name: 'b/norm1', groups });
  });
});
