import sharp from 'sharp';
import type { NDArray } from 'tfjs-multitask';
import type { EpochLog, StepDiagnostics } from 'tfjs-multitask/train';
import { describe, expect, it } from 'vitest';
import { contourPath, fillPath } from '../src/mask-path';
import { PALETTE } from '../src/render';
import { rocCurves } from '../src/roc-curves';
import { sliceSheet } from '../src/slice-sheet';
import { taskGradients } from '../src/task-gradients';
import { trainingCurves } from '../src/training-curves';

const PNG_SIGNATURE = '89504e470d0a1a0a';
const [BLUE, VERMILION, GREEN, PURPLE] = PALETTE;
const [SKY, ORANGE] = ['#56B4E9', '#E69F00'];

/** Checks that it is a PNG, and counts the pixels of each colour. */
async function readPng(png: Buffer) {
  expect(png.subarray(0, 8).toString('hex')).toBe(PNG_SIGNATURE);
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const count = (color: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
    let found = 0;
    for (let i = 0; i < data.length; i += 3) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) found++;
    return found;
  };
  return { width: info.width, height: info.height, count };
}

const auc = { value: 0.75, low: 0.6, high: 0.9 };
const curve = { name: 'amyar2020', fpr: [0, 0, 0.5, 0.5, 1], tpr: [0, 0.5, 0.5, 1, 1], auc };

describe('rocCurves', () => {
  it('draws each model in its own colour', async () => {
    const one = await readPng(await rocCurves([curve]));
    expect(one.width).toBeGreaterThan(800);
    expect(one.height).toBeGreaterThan(800);
    expect(one.count(BLUE)).toBeGreaterThan(500);
    expect(one.count(VERMILION)).toBe(0);
    const two = await readPng(await rocCurves([curve, { ...curve, name: 'cnn8', fpr: [0, 1], tpr: [0, 1] }]));
    expect(two.count(VERMILION)).toBeGreaterThan(500);
  });

  it('keeps the colour of a model that stands alone', async () => {
    const png = await readPng(await rocCurves([curve], { models: ['unet', 'cnn8', 'amyar2020'] }));
    expect(png.count(GREEN)).toBeGreaterThan(500);
    expect(png.count(BLUE)).toBe(0);
  });

  it('draws a curve whose interval is not known', async () => {
    await readPng(await rocCurves([{ ...curve, auc: { value: 0.5, low: Number.NaN, high: Number.NaN } }]));
  });

  it('says what is missing', async () => {
    await expect(rocCurves([])).rejects.toThrow(
      new RangeError('rocCurves: expected something to draw, got an empty list.'),
    );
    await expect(rocCurves([curve, curve])).rejects.toThrow(
      new RangeError("rocCurves: names must differ, got 'amyar2020' twice."),
    );
    await expect(rocCurves([{ ...curve, tpr: [0, 1] }])).rejects.toThrow(
      new RangeError("rocCurves: 'amyar2020' must have as many tpr as fpr, got 2 and 5."),
    );
  });
});

function epochs(count: number): EpochLog<'segmentation' | 'classification'>[] {
  return Array.from({ length: count }, (_, epoch) => ({
    epoch,
    seconds: 1,
    learningRate: 0.001,
    train: {
      loss: 2 / (epoch + 1),
      segmentation: { loss: 1 / (epoch + 1) },
      classification: { loss: 1 / (epoch + 1) },
    },
    validation: {
      loss: 1,
      segmentation: { loss: 0.5, dice: { value: 0.1 * epoch, n: 3 }, hausdorff: Number.NaN },
      classification: { loss: 0.5, auc: 0.5 + 0.1 * epoch },
    },
  }));
}

describe('trainingCurves', () => {
  it('has a panel for each loss and each metric that has a value', async () => {
    const four = await readPng(await trainingCurves([{ name: 'amyar2020', history: epochs(4) }]));
    expect(four.count(BLUE)).toBeGreaterThan(500);
    const three = await readPng(
      await trainingCurves([{ name: 'amyar2020', history: epochs(4) }], { metrics: ['auc'] }),
    );
    expect(three.height).toBeLessThan(four.height - 200);
    expect(three.width).toBeGreaterThan(1200);
  });

  it('draws several models, and training without validation', async () => {
    const train = epochs(3).map(({ validation: _, ...rest }) => rest);
    const png = await readPng(
      await trainingCurves([
        { name: 'a', history: epochs(3) },
        { name: 'b', history: train },
      ]),
    );
    expect(png.count(VERMILION)).toBeGreaterThan(100);
  });

  it('shows a single epoch', async () => {
    const png = await readPng(await trainingCurves([{ name: 'a', history: epochs(1) }]));
    expect(png.count(BLUE)).toBeGreaterThan(100);
  });

  it('says what is missing', async () => {
    await expect(trainingCurves([])).rejects.toThrow(
      new RangeError('trainingCurves: expected something to draw, got an empty list.'),
    );
    await expect(trainingCurves([{ name: 'a', history: [] }])).rejects.toThrow(
      new RangeError('trainingCurves: the histories hold no number to draw.'),
    );
  });
});

/** Two steps per epoch; task b has labels in every second one only. */
function steps(epochs: number, cosine = 0.2): StepDiagnostics<'a' | 'b'>[] {
  return Array.from({ length: 2 * epochs }, (_, step) => {
    const record = { epoch: Math.floor(step / 2), step };
    if (step % 2 === 1) return { ...record, losses: { a: 1 }, weights: { a: 1 }, norms: { a: 0.5 }, cosines: [] };
    return {
      ...record,
      losses: { a: 1, b: 0.01 },
      weights: { a: 1, b: 2 },
      norms: { a: 0.5, b: 0 },
      cosines: [{ tasks: ['a', 'b'], value: cosine }],
    };
  });
}

const without = <K extends 'weights' | 'norms' | 'cosines'>(records: StepDiagnostics<'a' | 'b'>[], ...keys: K[]) =>
  records.map((record) => Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key as K))));

describe('taskGradients', () => {
  it('has a panel for each thing that is recorded, a colour for each task and another for their pair', async () => {
    const four = await readPng(await taskGradients(steps(3)));
    for (const color of [BLUE, VERMILION, GREEN]) expect(four.count(color)).toBeGreaterThan(500);
    expect(four.count(PURPLE)).toBe(0);
    const weighting = await readPng(await taskGradients(without(steps(3), 'norms', 'cosines') as never));
    expect(weighting.count(GREEN)).toBe(0);
    expect(weighting.width).toBeLessThan(four.width - 900);
    const elementwise = await readPng(await taskGradients(without(steps(3), 'weights') as never));
    expect(elementwise.count(GREEN)).toBeGreaterThan(500);
    expect(four.width - elementwise.width).toBeGreaterThan(400);
  });

  it('draws means over the epoch, and leaves out what is not a number', async () => {
    const flat = await taskGradients(steps(3, 0.25));
    const mixed = steps(3, 0.25).map((record, i) =>
      i % 2 === 1 ? { ...record, cosines: [{ tasks: ['b', 'a'] as const, value: Number.NaN }] } : record,
    );
    expect((await taskGradients(mixed)).equals(flat)).toBe(true);
    const swung = [0.5, 0].flatMap((value) => steps(3, value)).sort((a, b) => a.epoch - b.epoch);
    expect((await readPng(await taskGradients(swung))).count(GREEN)).toBe((await readPng(flat)).count(GREEN));
  });

  it('shows a single epoch, and one that the records begin with', async () => {
    expect((await readPng(await taskGradients(steps(1)))).count(VERMILION)).toBeGreaterThan(100);
    await readPng(await taskGradients(steps(5).filter(({ epoch }) => epoch > 2)));
  });

  it('says what is missing', async () => {
    const message = new RangeError('taskGradients: the records hold no number to draw.');
    await expect(taskGradients([])).rejects.toThrow(message);
    await expect(taskGradients([{ epoch: 0, step: 0, losses: { a: Number.NaN } }])).rejects.toThrow(message);
  });
});

function slice(pixels: readonly number[], size: number): NDArray {
  return { data: Float32Array.from(pixels), shape: [size, size, 1] };
}

const grey = slice(Array(16).fill(0.5), 4);
const mask = slice([0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0], 4);
const empty = slice(Array(16).fill(0), 4);

describe('sliceSheet', () => {
  it('shows the image, both masks and the reconstruction', async () => {
    const row = { title: 'COVID-19', lines: ['p = 0.93', 'Dice 0.71'], image: grey, trueMask: mask };
    const whole = await readPng(
      await sliceSheet([{ ...row, predictedMasks: { 'U-Net': mask }, reconstruction: grey }]),
    );
    expect(whole.count(SKY)).toBeGreaterThan(100);
    const masks = await readPng(await sliceSheet([row]));
    expect(masks.count(ORANGE)).toBe(0);
    expect(whole.width - masks.width).toBe(2 * 2 * (160 + 8));
  });

  it('has a column for each model that predicts a mask, also where it has none for a slice', async () => {
    const row = { title: 'COVID-19', image: grey, trueMask: mask };
    const one = await readPng(await sliceSheet([{ ...row, predictedMasks: { 'U-Net': mask } }, row]));
    const two = await readPng(
      await sliceSheet([
        { ...row, predictedMasks: { 'U-Net': mask } },
        { ...row, predictedMasks: { ours: mask } },
      ]),
    );
    expect(two.width - one.width).toBe(2 * (160 + 8));
    expect(two.count('#F0F0F0')).toBeGreaterThan(2 * 300 * 280);
  });

  it('shows only what a model without masks has', async () => {
    const png = await readPng(
      await sliceSheet([
        { title: 'normal', image: grey },
        { title: 'a < b & c', image: grey },
      ]),
    );
    expect(png.count(SKY) + png.count(ORANGE)).toBe(0);
    expect(png.count('#808080')).toBeGreaterThan(2 * 300 * 300);
  });

  it('tells an unknown mask from an empty one', async () => {
    const known = { title: 'a', image: grey, trueMask: empty };
    const one = await readPng(await sliceSheet([known, known]));
    const other = await readPng(await sliceSheet([known, { title: 'a', image: grey }]));
    expect(other.count('#F0F0F0')).toBeGreaterThan(300 * 280);
    expect(one.count('#F0F0F0')).toBeLessThan(100);
  });

  it('says what is missing or does not fit', async () => {
    await expect(sliceSheet([])).rejects.toThrow(
      new RangeError('sliceSheet: expected slices to draw, got an empty list.'),
    );
    await expect(sliceSheet([{ title: 'a', image: grey, trueMask: slice([1], 1) }])).rejects.toThrow(
      new RangeError("sliceSheet: trueMask of 'a' must have shape [4, 4, 1], got [1,1,1]."),
    );
    await expect(sliceSheet([{ title: 'a', image: grey, predictedMasks: { 'U-Net': slice([1], 1) } }])).rejects.toThrow(
      new RangeError("sliceSheet: predictedMasks['U-Net'] of 'a' must have shape [4, 4, 1], got [1,1,1]."),
    );
    const image = { data: new Float32Array(48), shape: [4, 4, 3] };
    await expect(sliceSheet([{ title: 'a', image }])).rejects.toThrow(/^sliceSheet: image of 'a' must have shape/);
  });
});

describe('the paths of a mask', () => {
  it('follow the sides of its pixels', () => {
    const two = { data: Uint8Array.of(0, 1, 1), shape: [1, 3, 1] };
    expect(fillPath(two)).toBe('M1 0H3V1H1Z');
    expect(
      contourPath(two)
        .match(/M[^M]+/g)
        ?.sort(),
    ).toEqual(['M1 0h1', 'M2 0h1', 'M1 1h1', 'M2 1h1', 'M1 0v1', 'M3 0v1'].sort());
  });

  it('are empty for an empty mask', () => {
    expect(fillPath(empty) + contourPath(empty)).toBe('');
  });
});
