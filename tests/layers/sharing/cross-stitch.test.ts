import { randomNormal, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { CrossStitch } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

/** `y_i[p, c] = sum over j of alpha[i][j][c] x_j[p, c]`, in float64; an alpha of one channel holds for all. */
function oracle(maps: number[][][], alpha: number[][][]): number[][][] {
  return maps.map((map, i) =>
    map.map((pixel, p) =>
      pixel.map((_, c) =>
        maps.reduce((total, other, j) => total + (alpha[i][j][c] ?? alpha[i][j][0]) * other[p][c], 0),
      ),
    ),
  );
}

const maps = [
  [
    [1, -2],
    [0.5, 4],
  ],
  [
    [3, 0.25],
    [-1, 2],
  ],
  [
    [-0.75, 1],
    [2, -3],
  ],
];

it.each([
  ['channel', 2],
  ['tensor', 1],
] as const)('CrossStitch mixes its inputs as the formula says, with an alpha per %s', (per, size) => {
  tidy(() => {
    const layer = new CrossStitch({ per });
    const inputs = maps.map((map) => tensor([[map]]));
    layer.build(inputs.map(({ shape }) => shape));
    const alpha = [0, 1, 2].map((i) =>
      [0, 1, 2].map((j) => Array.from({ length: size }, (_, c) => Math.sin(1 + 5 * i + 3 * j + 7 * c))),
    );
    layer.setWeights([tensor(alpha)]);
    const outputs = (layer.apply(inputs) as Tensor[]).map((y) => Array.from(y.dataSync()));
    const expected = oracle(maps, alpha).map((map) => map.flat());
    for (const [i, values] of expected.entries()) {
      for (const [k, value] of values.entries()) expect(outputs[i][k]).toBeCloseTo(value, 5);
    }
  });
});

it('CrossStitch starts near the identity, each row a mean', () => {
  tidy(() => {
    const layer = new CrossStitch({ self: 0.8, per: 'tensor' });
    layer.build(Array(3).fill([null, 4, 4, 2]));
    const values = Array.from(layer.getWeights()[0].dataSync());
    const [own, other] = [expect.closeTo(0.8, 6), expect.closeTo(0.1, 6)];
    expect(values).toEqual([own, other, other, other, own, other, other, other, own]);
    const plain = new CrossStitch();
    plain.build(Array(2).fill([null, 4, 4, 2]));
    const [s, d] = [expect.closeTo(0.9, 6), expect.closeTo(0.1, 6)];
    expect(Array.from(plain.getWeights()[0].dataSync())).toEqual([s, s, d, d, d, d, s, s]);
  });
});

it('CrossStitch refuses one input, and inputs of different shapes', () => {
  expect(() => new CrossStitch().apply(input({ shape: [8, 8, 2] }))).toThrow(
    new RangeError('CrossStitch: there must be at least 2 inputs, got 1.'),
  );
  expect(() => new CrossStitch().apply([input({ shape: [8, 8, 2] }), input({ shape: [4, 4, 2] })])).toThrow(
    new RangeError('CrossStitch: all inputs must have one shape, got [8, 8, 2] and [4, 4, 2].'),
  );
});

it('CrossStitch refuses options out of range', () => {
  expect(() => new CrossStitch({ self: 1.5 })).toThrow('CrossStitch: self must lie in [0, 1], got 1.5.');
  expect(() => new CrossStitch({ per: 'pixel' as 'tensor' })).toThrow(
    "CrossStitch: per must be one of 'channel', 'tensor'; got 'pixel'.",
  );
});

it("CrossStitch reads per: 'map' in the config of a model saved before the first release as 'tensor'", () => {
  const config = { ...new CrossStitch({ name: 'stitch', self: 0.8, per: 'tensor' }).getConfig(), per: 'map' };
  const loaded = CrossStitch.fromConfig(CrossStitch, config);
  expect(loaded.getConfig()).toMatchObject({ name: 'stitch', self: 0.8, per: 'tensor' });
});

it('CrossStitch leaves no tensor but its outputs', async () => {
  const layer = new CrossStitch();
  const inputs = [1, 2].map((seed) => randomNormal([1, 2, 2, 3], 0, 1, 'float32', seed));
  layer.build(inputs.map(({ shape }) => shape));
  await expectNoLeak(() => void layer.apply(inputs), 2);
});
