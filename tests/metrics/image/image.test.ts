import { describe, expect, it } from 'vitest';
import {
  multiScaleStructuralSimilarity,
  peakSignalToNoiseRatio,
  score,
  structuralSimilarity,
} from '../../../src/metrics/index';
import type { NDArray } from '../../../src/types';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/metrics-peers/golden';

const { plane, volume, opposite, waves } = golden.images;
const array = (data: number[], shape: readonly number[]): NDArray => ({ data: Float64Array.from(data), shape });

describe('peakSignalToNoiseRatio', () => {
  it('agrees with scikit-image on each image', async () => {
    const given = [array(plane.yTrue, plane.shape), array(plane.yPred, plane.shape)] as const;
    const { value, values, n } = await score(peakSignalToNoiseRatio(), ...given);
    expectClose(values, plane.psnr);
    expectClose(value, (plane.psnr[0] + plane.psnr[1]) / 2);
    expect(n).toBe(2);
    expectClose((await score(peakSignalToNoiseRatio({ valueRange: 255 }), ...given)).values, plane.psnr255);
  });

  it('does what its documentation says, and is infinite for equal images', async () => {
    expect((await score(peakSignalToNoiseRatio(), [[[0.5, 0.5]]], [[[0.4, 0.6]]])).value).toBeCloseTo(20, 10);
    expect((await score(peakSignalToNoiseRatio(), [[[0.5]]], [[[0.5]]])).value).toBe(Infinity);
  });

  it('leaves out pixels of weight 0', async () => {
    const { value } = await score(peakSignalToNoiseRatio(), [[[0.5, 0, 9]]], [[[0.4, 0.1, 0]]], [[[1, 1, 0]]]);
    expect(value).toBeCloseTo(20, 10);
  });
});

describe('structuralSimilarity', () => {
  it.each(Object.entries({ plane, volume, opposite }))('agrees with scikit-image: %s', async (_, images) => {
    const given = [array(images.yTrue, images.shape), array(images.yPred, images.shape)] as const;
    expectClose((await score(structuralSimilarity(), ...given)).values, images.ssim, 1e-10);
    const bytes = given.map(({ data, shape }) => ({ data: data.map((v) => v * 255), shape }));
    const [truth, prediction] = bytes as [NDArray, NDArray];
    expectClose((await score(structuralSimilarity({ valueRange: 255 }), truth, prediction)).values, images.ssim, 1e-10);
  });

  it('is 1 for equal images', async () => {
    const image = array(plane.yTrue, plane.shape);
    expect((await score(structuralSimilarity(), image, image)).value).toBe(1);
  });

  it('says what it cannot compare', async () => {
    const small = array(new Array(100).fill(0), [1, 10, 10]);
    await expect(score(structuralSimilarity(), small, small)).rejects.toThrow(
      'structuralSimilarity: images must have at least 11 pixels on each side, got [10,10].',
    );
    const image = array(plane.yTrue, plane.shape);
    await expect(score(structuralSimilarity(), image, image, array(plane.yTrue, plane.shape))).rejects.toThrow(
      'structuralSimilarity: it compares windows of pixels, so weight must be one for each image.',
    );
    await expect(score(structuralSimilarity(), [1], [1])).rejects.toThrow(/images must be \[batch, h, w\]/);
    expect(() => structuralSimilarity({ valueRange: 0 })).toThrow('valueRange must be above 0 and finite, got 0.');
  });
});

describe('multiScaleStructuralSimilarity', () => {
  const make = (value: (i: number, j: number) => number) =>
    array(
      Array.from({ length: 176 * 177 }, (_, k) => value(Math.floor(k / 177), k % 177)),
      [1, 176, 177, 1],
    );
  const truth = make((i, j) => (1 + Math.sin(i / 7) * Math.cos(j / 5)) / 2);
  const blurred = make(
    (i, j) => (1 + Math.sin(i / 7 + 0.3) * Math.cos(j / 5) * 0.9) / 2 + ((i * 7 + j * 3) % 11) / 100,
  );

  it('agrees with MONAI', async () => {
    expectClose((await score(structuralSimilarity(), truth, blurred)).value, waves.ssim, 1e-10);
    // MONAI computes it in 32 bits.
    expectClose((await score(multiScaleStructuralSimilarity(), truth, blurred)).value, waves.multiScale, 1e-5);
  });

  it('is 1 for equal images and 0 for opposite ones', async () => {
    expect((await score(multiScaleStructuralSimilarity(), truth, truth)).value).toBeCloseTo(1, 12);
    const inverse = { ...truth, data: truth.data.map((v) => 1 - v) };
    expect((await score(multiScaleStructuralSimilarity(), truth, inverse)).value).toBe(0);
  });

  it('asks for images that hold its scales', async () => {
    const small = array(plane.yTrue, plane.shape);
    await expect(score(multiScaleStructuralSimilarity(), small, small)).rejects.toThrow(
      'multiScaleStructuralSimilarity: images must have at least 176 pixels on each side, got [16,13].',
    );
  });
});
