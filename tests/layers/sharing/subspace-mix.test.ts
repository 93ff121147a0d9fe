import { randomNormal, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { SubspaceMix } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

it('SubspaceMix mixes the parts of the channels of all inputs as the formula says', () => {
  tidy(() => {
    // 2 inputs of 2 x 2 pixels and 6 channels in 3 subspaces of 2.
    const maps = [0, 1].map((k) => Array.from({ length: 24 }, (_, i) => Math.sin(1 + 7 * k + 3 * i)));
    const alpha = Array.from({ length: 6 }, (_, p) => Array.from({ length: 6 }, (_, q) => Math.cos(1 + 5 * p + 2 * q)));
    const layer = new SubspaceMix({ subspaces: 3 });
    const inputs = maps.map((map) => tensor(map, [1, 2, 2, 6]));
    layer.build(inputs.map(({ shape }) => shape));
    layer.setWeights([tensor(alpha)]);
    const outputs = (layer.apply(inputs) as Tensor[]).map((y) => Array.from(y.dataSync()));
    for (let k = 0; k < 2; k++) {
      for (let pixel = 0; pixel < 4; pixel++) {
        for (let s = 0; s < 3; s++) {
          for (let c = 0; c < 2; c++) {
            let expected = 0;
            for (let j = 0; j < 2; j++) {
              for (let r = 0; r < 3; r++) expected += alpha[3 * k + s][3 * j + r] * maps[j][6 * pixel + 2 * r + c];
            }
            expect(outputs[k][6 * pixel + 2 * s + c]).toBeCloseTo(expected, 5);
          }
        }
      }
    }
  });
});

it('SubspaceMix starts near the identity', () => {
  tidy(() => {
    const layer = new SubspaceMix({ self: 0.7 });
    layer.build(Array(2).fill([null, 4, 4, 2]));
    const values = Array.from(layer.getWeights()[0].dataSync());
    expect(values).toEqual(values.map((_, i) => expect.closeTo(i % 5 === 0 ? 0.7 : 0.1, 6)));
    expect(values.length).toBe(16);
  });
});

it('SubspaceMix refuses subspaces that do not divide the channels, one input, and options out of range', () => {
  const maps = [input({ shape: [4, 4, 3] }), input({ shape: [4, 4, 3] })];
  expect(() => new SubspaceMix().apply(maps)).toThrow(
    new RangeError('SubspaceMix: subspaces must divide the 3 channels, got 2.'),
  );
  expect(() => new SubspaceMix().apply(maps[0])).toThrow('SubspaceMix: there must be at least 2 inputs, got 1.');
  expect(() => new SubspaceMix({ subspaces: 0 })).toThrow(
    'SubspaceMix: subspaces must be an integer of at least 1, got 0.',
  );
  expect(() => new SubspaceMix({ self: 2 })).toThrow('SubspaceMix: self must lie in [0, 1], got 2.');
});

it('SubspaceMix leaves no tensor but its outputs', async () => {
  const layer = new SubspaceMix();
  const inputs = [1, 2].map((seed) => randomNormal([1, 2, 2, 4], 0, 1, 'float32', seed));
  layer.build(inputs.map(({ shape }) => shape));
  await expectNoLeak(() => void layer.apply(inputs), 2);
});
