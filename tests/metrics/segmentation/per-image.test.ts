import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { averageSurfaceDistance } from '../../../src/metrics/segmentation/average-surface-distance';
import { dicePerImage } from '../../../src/metrics/segmentation/dice-per-image';
import { hausdorff } from '../../../src/metrics/segmentation/hausdorff';
import { iouPerImage } from '../../../src/metrics/segmentation/iou-per-image';
import { surfaceDice } from '../../../src/metrics/segmentation/surface-dice';
import { interval } from '../../../src/metrics/statistics/interval';
import { expectGolden, golden } from '../../golden/metrics-segmentation/golden';

const truth = [[[1, 1, 0]], [[0, 1, 0]], [[0, 0, 0]], [[1, 0, 0]]];
const prediction = [[[0.9, 0.1, 0.2]], [[0.1, 0.8, 0.1]], [[0.6, 0, 0]], [[0, 0, 0.7]]];

describe('a metric over images', () => {
  it('gives the mean, the number of images, those left out and the score of each image', async () => {
    const result = await score(dicePerImage(), truth, prediction);
    expect(result.values).toEqual([2 / 3, 1, Number.NaN, 0]);
    expect(result).toMatchObject({ n: 3, skipped: 1 });
    expect(result.value).toBeCloseTo(5 / 9, 12);
    expect(result.classes).toEqual([{ value: result.value, n: 3, skipped: 1, values: result.values }]);
  });

  it('weighs images, and neither reads nor counts those of weight 0', async () => {
    const unknown = [[[Number.NaN, 0, 7]]];
    const result = await score(dicePerImage(), [...truth, ...unknown], [...prediction, ...unknown], [3, 1, 2, 1, 0]);
    expect(result.value).toBeCloseTo((3 * (2 / 3) + 1) / 5, 12);
    expect(result).toMatchObject({ n: 3, skipped: 1 });
    expect(result.values).toEqual([2 / 3, 1, Number.NaN, 0, Number.NaN]);
  });

  it('is NaN where no image counts', async () => {
    const metric = dicePerImage();
    expect(metric.compute(metric.init())).toMatchObject({ value: Number.NaN, n: 0, skipped: 0, values: [] });
    expect(await score(metric, truth, prediction, [0, 0, 1, 0])).toMatchObject({ value: Number.NaN, skipped: 1 });
  });

  it('takes the mean over classes, then over images, as MONAI does', async () => {
    const { shape, labels, scores, dice } = golden.classes;
    const yTrue = { data: Int32Array.from(labels), shape: shape.slice(0, 3) };
    const yPred = { data: Float64Array.from(scores), shape };
    const all = await score(dicePerImage({ classes: 3 }), yTrue, yPred);
    expectGolden(all.value, dice.mean.value[0]);
    expect(all.n).toBe(dice.mean.n[0]);
    expect(all.classes.map(({ n }) => n)).toEqual(dice.classes.n);
    all.classes.forEach(({ value }, index) => {
      expectGolden(value, dice.classes.value[index]);
    });
    const foreground = await score(dicePerImage({ classes: 3, includeBackground: false }), yTrue, yPred);
    expectGolden(foreground.value, dice.foreground.value[0]);
    expect(foreground.n).toBe(dice.foreground.n[0]);
    expect(foreground.classes).toEqual(all.classes.slice(1));
    const one = await score(dicePerImage({ classes: 3, empty: 'one' }), yTrue, yPred);
    expectGolden(one.value, dice.one.value[0]);
  });

  it('reads one-hot masks as it reads the numbers of classes', async () => {
    const { shape, labels, scores } = golden.classes;
    const yPred = { data: Float64Array.from(scores), shape };
    const oneHot = {
      data: Uint8Array.from(labels.flatMap((label) => [0, 1, 2].map((k) => Number(k === label)))),
      shape,
    };
    const numbers = { data: Int32Array.from(labels), shape: [...shape.slice(0, 3), 1] };
    const metric = hausdorff({ classes: 3 });
    expect(await score(metric, oneHot, yPred)).toEqual(await score(metric, numbers, yPred));
  });

  it('scores labels that overlap each alone', async () => {
    const yTrue = { data: Uint8Array.of(1, 1, 1, 0), shape: [1, 1, 2, 2] };
    const yPred = { data: Float64Array.of(0.9, 0.6, 0.2, 0.6), shape: [1, 1, 2, 2] };
    const { value, classes } = await score(dicePerImage({ labels: 2 }), yTrue, yPred);
    expect(classes.map((label) => label.value)).toEqual([2 / 3, 2 / 3]);
    expect(value).toBeCloseTo(2 / 3, 12);
  });

  it('takes the axis of one channel for what it is', async () => {
    const square = { data: new Uint8Array(9).fill(1), shape: [1, 3, 3, 1] };
    const center = { data: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), shape: [1, 3, 3, 1] };
    const metric = hausdorff({ directed: true });
    const { value } = await score(metric, square, center);
    expect(value).toBe(1);
    const flat = { shape: [1, 3, 3] };
    expect((await score(metric, { ...square, ...flat }, { ...center, ...flat })).value).toBe(1);
  });

  it('can be given a bootstrap interval', async () => {
    const { value, low, high } = await score(interval(dicePerImage(), { resamples: 200 }), truth, prediction);
    expect(value).toBe((await score(dicePerImage(), truth, prediction)).value);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(high).toBeLessThanOrEqual(1);
  });

  it('does what the examples of its documentation say', async () => {
    const dice = await score(dicePerImage(), [[[1, 1, 0]], [[0, 0, 0]]], [[[0.9, 0.2, 0.1]], [[0.7, 0.1, 0.2]]]);
    expect(dice).toMatchObject({ value: 2 / 3, n: 1, skipped: 1 });
    expect((await score(iouPerImage(), [[[1, 1, 0]]], [[[0.9, 0.2, 0.1]]])).value).toBe(0.5);
    const far = [[[[1, 0, 0]]], [[[0, 0, 1]]]] as const;
    expect((await score(hausdorff({ percentile: 95, spacing: 0.5 }), ...far)).value).toBe(1);
    expect((await score(averageSurfaceDistance({ spacing: 0.5 }), ...far)).value).toBe(1);
    expect((await score(surfaceDice({ tolerance: 1 }), [[[1, 0, 0, 0]]], [[[1, 1, 1, 0]]])).value).toBe(3 / 4);
  });

  it('keeps a state that survives structured cloning', async () => {
    const metric = dicePerImage();
    const state = await metric.update(metric.init(), truth, prediction);
    expect(metric.compute(structuredClone(state))).toEqual(metric.compute(state));
  });

  it('says what is wrong with what it was given', async () => {
    const metric = dicePerImage();
    const masks = (shape: number[], value = 0) => ({
      data: new Float32Array(shape.reduce((a, b) => a * b)).fill(value),
      shape,
    });
    await expect(score(metric, masks([2, 4, 4]), masks([2, 4, 4, 1]))).rejects.toThrow(
      new RangeError('dicePerImage: yTrue must have the shape [2,4,4,1], got [2,4,4].'),
    );
    await expect(score(metric, masks([2, 4, 4, 3]), masks([2, 4, 4, 3]))).rejects.toThrow(
      /^dicePerImage: the last axis of yPred must have length 1, got shape \[2,4,4,3\]: .*classes: 3 .*labels: 3/,
    );
    await expect(score(metric, masks([3]), masks([3]))).rejects.toThrow(/^dicePerImage: masks must be/);
    await expect(score(metric, masks([1, 2, 2], 255), masks([1, 2, 2]))).rejects.toThrow(
      new RangeError('dicePerImage: yTrue must be 0 or 1, got 255 in sample 0.'),
    );
    await expect(score(metric, masks([1, 2, 2]), masks([1, 2, 2], Number.NaN))).rejects.toThrow(
      new RangeError('dicePerImage: yPred must be finite, got NaN in sample 0.'),
    );
  });

  it('refuses options that contradict each other', () => {
    expect(() => dicePerImage({ classes: 3, labels: 2 })).toThrow(
      /^dicePerImage: classes or labels must be left out, got both/,
    );
    expect(() => dicePerImage({ classes: 3, threshold: 0.5 })).toThrow(/^dicePerImage: threshold has no meaning/);
    expect(() => dicePerImage({ labels: 3, includeBackground: false })).toThrow(
      new RangeError('dicePerImage: includeBackground has no meaning without classes.'),
    );
    expect(() => dicePerImage({ threshold: Number.NaN })).toThrow(/^dicePerImage: threshold must be a number, got NaN/);
  });
});
