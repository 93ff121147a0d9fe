import { ones, type Tensor, tensor1d, tensor4d, train, zeros } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { softDice } from '../../../src/losses/index';
import { unet } from '../../../src/models/index';
import { tensorBoard } from '../../../src/node/index';
import type { EventImage } from '../../../src/node/tensor-board/event';
import { drawSheets } from '../../../src/node/tensor-board/sheets';
import { createTrainer } from '../../../src/train/index';
import type { Batch, Output } from '../../../src/types';
import { useCpu } from '../../support/cpu';
import { expectNoLeak } from '../../support/leaks';
import { temporaryDirectory } from '../temporary-directory';
import { readEvents } from './read-events';

useCpu();
const path = temporaryDirectory();

// Panels of 2 x 2 pixels are enlarged 48 times, to 96, with 2 pixels between them.
const TIMES = 48;
const STRIDE = 2 * TIMES + 2;

type Rgb = readonly number[];
const grey = (value: number): Rgb => [value, value, value];
const CYAN: Rgb = [0, 255, 255];
/** A region's colour with an opacity of 0.45 over grey. */
const over = (value: number, colour: Rgb): Rgb => [
  ...Uint8ClampedArray.from(colour, (of) => value + 0.45 * (of - value)),
];
const orange = (value: number): Rgb => over(value, [230, 159, 0]);
const blue = (value: number): Rgb => over(value, [86, 180, 233]);

/** The colours of the four pixels of each panel of each row. */
async function read({ png, width, height }: EventImage): Promise<Rgb[][][]> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height, info.channels]).toEqual([width, height, 3]);
  const at = (y: number, x: number): Rgb => [...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  const [rows, columns] = [height, width].map((size) => (size + 2) / STRIDE);
  return Array.from({ length: rows }, (_r, row) =>
    Array.from({ length: columns }, (_c, column) =>
      [0, 1, 2, 3].map((pixel) => {
        const [y, x] = [Math.floor(pixel / 2), pixel % 2].map((place) => place * TIMES + TIMES / 2);
        return at(row * STRIDE + y, column * STRIDE + x);
      }),
    ),
  );
}

const image = (...values: number[]): Tensor => tensor4d(values, [1, 2, 2, values.length / 4]);

/** The sheet of a task `t` of one or more samples, whose inputs are 0 to 3. */
async function sheet(
  output: Output,
  predicted: Tensor,
  label?: Tensor,
  weight?: Tensor,
): Promise<{ rows: Rgb[][][]; description: string }> {
  const batch = {
    x: image(0, 1, 2, 3),
    y: label === undefined ? {} : { t: label },
    ...(weight && { weight: { t: weight } }),
  } as Batch<'t'>;
  // A task without images has no sheet.
  const outputs = { t: output, label: { kind: 'probability', width: 1 } } as const;
  const run = { outputs, predict: async () => ({ t: predicted, label: tensor1d([1]) }) };
  const [[task, found], ...others] = await drawSheets(run, [batch], 8);
  expect([task, others]).toEqual(['t', []]);
  return { rows: await read(found), description: found.description };
}

describe('A sheet of images', () => {
  const input = [0, 85, 170, 255];

  it('shows input, label, prediction with the outline of the label, and the probability', async () => {
    const { rows, description } = await sheet(
      { kind: 'probability', width: 1 },
      image(0.25, 0.75, 0.5, 1),
      image(0, 0, 1, 1),
    );
    expect(rows).toEqual([
      [
        input.map(grey),
        [grey(0), grey(85), orange(170), orange(255)],
        [grey(0), orange(85), CYAN, CYAN],
        [64, 191, 128, 255].map(grey),
      ],
    ]);
    expect(description).toMatch(/^Input, label, prediction, certainty/);
  });

  it('takes logits for what a sigmoid makes of them', async () => {
    const { rows } = await sheet({ kind: 'logit', width: 1 }, image(-1, 1, 0, Math.log(3)), image(0, 0, 0, 1));
    expect(rows[0][2]).toEqual([grey(0), orange(85), grey(170), CYAN]);
    expect(rows[0][3]).toEqual([69, 186, 128, 191].map(grey));
  });

  it('gives each class a colour, and the background none', async () => {
    const predicted = () => image(...[1, 0, 0], ...[0.25, 0.5, 0.25], ...[0, 0.25, 0.75], ...[0.5, 0.25, 0.25]);
    const oneHot = image(...[1, 0, 0], ...[0, 1, 0], ...[0, 0, 1], ...[1, 0, 0]);
    const output: Output = { kind: 'distribution', width: 3 };
    const { rows } = await sheet(output, predicted(), oneHot);
    expect(rows[0][1]).toEqual([grey(0), orange(85), blue(170), grey(255)]);
    expect(rows[0][2]).toEqual([grey(0), CYAN, CYAN, grey(255)]);
    expect(rows[0][3]).toEqual([255, 128, 191, 128].map(grey));
    // Numbers of classes, of which 255 says that nothing is known.
    const numbers = await sheet(output, predicted(), image(0, 1, 2, 255));
    expect(numbers.rows[0][1]).toEqual(rows[0][1]);
  });

  it('shows the label of a pixel whose weight is 0 as none, and that of a sample as unknown', async () => {
    const output: Output = { kind: 'probability', width: 1 };
    const pixels = await sheet(output, image(0, 0, 0, 0), image(1, 1, 1, 1), image(0, 0, 1, 1));
    expect(pixels.rows[0][1]).toEqual([grey(0), grey(85), orange(170), orange(255)]);
    for (const [label, weight] of [[image(1, 1, 1, 1), tensor1d([0])], []]) {
      const { rows } = await sheet(output, image(0, 0, 0, 1), label, weight);
      for (const colour of rows[0][1]) expect([48, 96]).toContain(colour[0]);
      expect(rows[0][2]).toEqual([grey(0), grey(85), grey(170), orange(255)]);
    }
  });

  it('shows plain values on the scale of the label, and their difference from it', async () => {
    const { rows, description } = await sheet({ kind: 'value', width: 1 }, image(0, 1, 1, 3), image(0, 2, 1, 2));
    expect(rows[0].slice(1)).toEqual([
      [0, 255, 128, 255].map(grey),
      [0, 128, 128, 255].map(grey),
      [0, 128, 0, 128].map(grey),
    ]);
    expect(description).toBe('Input, label, prediction, their absolute difference.');
  });

  it('shows the first samples, of as many batches as that takes', async () => {
    const drawn: number[] = [];
    const batch = { x: tensor4d(Array(12).fill(0), [3, 2, 2, 1]), y: {} };
    const run = {
      outputs: { t: { kind: 'value', width: 1 } as const },
      predict: async (x: Tensor) => {
        drawn.push(x.shape[0]);
        return { t: x.clone() };
      },
    };
    const [[, { height }]] = await drawSheets(run, [batch, batch, batch], 4);
    expect(drawn).toEqual([3, 1]);
    expect((height + 2) / STRIDE).toBe(4);
  });

  it('is refused where no output is an image, and where there is no sample', async () => {
    const x = image(0, 0, 0, 0);
    const run = {
      outputs: { t: { kind: 'value', width: 1 } as const },
      predict: async () => ({ t: tensor1d([1]) }),
    };
    await expect(drawSheets(run, [{ x, y: {} }], 1)).rejects.toThrow(
      /^tensorBoard: images need a task whose output is \[batch, height, width, channels\]; there is t \[batch, \]\.$/,
    );
    await expect(drawSheets(run, () => [], 1)).rejects.toThrow(/^tensorBoard: images must have at least 1 sample/);
  });
});

describe('tensorBoard({ images })', () => {
  it('writes a sheet of a task of images: before, after every so many epochs, and at the end', async () => {
    const model = unet({ inputShape: [4, 4, 1], filters: [2, 3], seed: 1 });
    const trainer = createTrainer(model, { optimizer: train.sgd(0.01), losses: { segmentation: softDice() } });
    const batch = { x: zeros([2, 4, 4, 1]), y: { segmentation: ones([2, 4, 4, 1]) } };
    await expectNoLeak(async () => {
      const callback = tensorBoard(path('run'), { images: [batch], samples: 1, everyEpochs: 2 });
      await trainer.fit([batch, batch], { epochs: 3, callbacks: [callback] });
    });
    const events = readEvents(path('run', 'images'));
    expect(events.map(({ step, images }) => [step, Object.keys(images)])).toEqual(
      [0, 4, 6].map((step) => [step, ['segmentation/samples']]),
    );
    const { height, width, png } = events[2].images['segmentation/samples'];
    const { width: wide, height: tall } = await sharp(png).metadata();
    expect([tall, wide]).toEqual([height, width]);
    expect([tall, wide]).toEqual([96, 4 * 96 + 3 * 2]);
    trainer.dispose();
    model.dispose();
  });
});
