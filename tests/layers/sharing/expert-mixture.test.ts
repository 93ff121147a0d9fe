import { randomNormal, reshape, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { input } from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { ExpertMixture } from '../../../src/layers/index';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';

useCpu();

/** [expert][pixel][channel] of one sample -> [pixel][channel]. */
function oracle(maps: number[][][], kernel: number[][], bias: number[]): number[][] {
  const means = maps.flatMap((map) => map[0].map((_, c) => map.reduce((sum, pixel) => sum + pixel[c], 0) / map.length));
  const logits = bias.map((b, e) => means.reduce((sum, mean, k) => sum + mean * kernel[k][e], b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  const gates = logits.map((logit) => Math.exp(logit) / total);
  return maps[0].map((pixel, p) => pixel.map((_, c) => maps.reduce((sum, map, e) => sum + gates[e] * map[p][c], 0)));
}

/** [sample][expert][pixel][channel]: 2 samples, 3 experts, 4 pixels, 2 channels. */
const samples = [0, 1].map((n) =>
  [0, 1, 2].map((e) => [0, 1, 2, 3].map((p) => [0, 1].map((c) => Math.sin(1 + 31 * n + 11 * e + 3 * p + 5 * c)))),
);
const expert = (e: number) => reshape(tensor(samples.map((maps) => maps[e])), [2, 2, 2, 2]);

it('ExpertMixture gates each sample by the means of its channels', () => {
  tidy(() => {
    const layer = new ExpertMixture();
    const inputs = [0, 1, 2].map(expert);
    layer.build(inputs.map(({ shape }) => shape));
    const kernel = Array.from({ length: 6 }, (_, k) => [0, 1, 2].map((e) => 2 * Math.cos(2 + 3 * k + 7 * e)));
    const bias = [0.5, -1, 0.25];
    layer.setWeights([tensor(kernel), tensor(bias)]);
    const given = Array.from((layer.apply(inputs) as Tensor).dataSync());
    const expected = samples.flatMap((maps) => oracle(maps, kernel, bias).flat());
    for (const [i, value] of expected.entries()) expect(given[i]).toBeCloseTo(value, 5);
  });
});

it('ExpertMixture starts with the mean of the experts', () => {
  tidy(() => {
    const given = Array.from((new ExpertMixture().apply([tensor([[1, 2]]), tensor([[5, -4]])]) as Tensor).dataSync());
    expect(given).toEqual([3, -1]);
  });
});

it('ExpertMixture refuses one input, and inputs of different shapes', () => {
  expect(() => new ExpertMixture().apply(input({ shape: [8, 8, 2] }))).toThrow(
    new RangeError('ExpertMixture: there must be at least 2 inputs, got 1.'),
  );
  expect(() => new ExpertMixture().apply([input({ shape: [8, 2] }), input({ shape: [8, 3] })])).toThrow(
    new RangeError('ExpertMixture: all inputs must have one shape, got [8, 2] and [8, 3].'),
  );
});

it('ExpertMixture leaves no tensor but its output', async () => {
  const layer = new ExpertMixture();
  const inputs = [1, 2].map((seed) => randomNormal([1, 2, 2, 3], 0, 1, 'float32', seed));
  layer.build(inputs.map(({ shape }) => shape));
  await expectNoLeak(() => void layer.apply(inputs), 1);
});
