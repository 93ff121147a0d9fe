import { grad, ones, sum, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { random } from '../../src/internal/random';
import { ssim, sumOf } from '../../src/losses/index';
import { score, structuralSimilarity } from '../../src/metrics/index';
import { golden } from '../golden/metrics-peers/golden';
import { useCpu } from '../support/cpu';
import { expectNoLeak } from '../support/leaks';

useCpu();

const { plane, volume, opposite } = golden.images;

it.each(Object.entries({ plane, volume, opposite }))('is 1 less the SSIM of scikit-image: %s', (_, images) => {
  const { shape, yTrue, yPred } = images;
  const losses = ssim()(tensor(yTrue, [...shape]), tensor(yPred, [...shape]));
  expect(losses.shape).toEqual([shape[0]]);
  for (const [i, loss] of losses.dataSync().entries()) expect(Math.abs(loss - (1 - images.ssim[i]))).toBeLessThan(2e-6);
});

it('has the slope of the metric by finite differences, and none at equal images', async () => {
  const r = random(3, 'ssim');
  const shape = [1, 12, 11, 1];
  const [y, p] = [0, 1].map(() => Array.from({ length: 132 }, () => r.uniform(0, 1)));
  const [truth, guess] = [tensor(y, shape), tensor(p, shape)];
  const slopes = grad((x) => sum(ssim()(truth, x)))(guess).dataSync();
  const value = async (i: number, step: number) => {
    const data = Float64Array.from(p, (each, j) => (j === i ? each + step : each));
    return (await score(structuralSimilarity(), { data: Float64Array.from(y), shape }, { data, shape })).value;
  };
  for (const i of [0, 40, 66, 131]) {
    const wanted = -((await value(i, 1e-4)) - (await value(i, -1e-4))) / 2e-4;
    expect(Math.abs(slopes[i] - wanted)).toBeLessThan(1e-6);
  }
  expect(ssim()(truth, truth).dataSync()[0]).toBe(0);
});

it('has the digits of the metric for a bright image of little contrast, whose squares are close to their means', async () => {
  const r = random(4, 'ssim');
  const shape = [1, 12, 12, 2];
  const [y, p] = [0, 1].map(() => Float32Array.from({ length: 288 }, () => r.uniform(0.9, 0.92)));
  const { value } = await score(structuralSimilarity(), { data: y, shape }, { data: p, shape });
  const [loss] = ssim()(tensor(y, shape), tensor(p, shape)).dataSync();
  expect(Math.abs(loss - (1 - value))).toBeLessThan(1e-6);
});

it('refuses weights of elements, in sums too, and what are no images', async () => {
  const image = ones([1, 11, 11]);
  expect(ssim()).toHaveLength(2);
  expect(() => ssim()(image, image, image)).toThrow('ssim: it compares windows of pixels, so it takes no weight');
  expect(() => sumOf([ssim()])(image, image, image)).toThrow('loss 0 takes no third argument');
  expect(() => ssim()(zeros([1, 11, 10, 1]), zeros([1, 11, 10, 1]))).toThrow(
    'at least 11 pixels on each side, got [11,10].',
  );
  expect(() => ssim()(zeros([11, 11]), zeros([11, 11]))).toThrow('images must be [batch, h, w]');
  expect(() => ssim({ valueRange: 0 })).toThrow(RangeError);
  await expectNoLeak(() => ssim()(image, image), 1);
});
