import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { nearDuplicates } from '../../src/data/near-duplicates';
import { random } from '../../src/internal/random';
import { phantomDataset } from '../../src/paper/phantom/phantom-dataset';
import type { Dataset, NDArray } from '../../src/types';

const SIDE = 64;

/** Slices of different patients, one of each. */
const slices = phantomDataset({
  counts: { covid: 8, normal: 8, pneumonia: 8 },
  slices: 1,
  size: SIDE,
  seed: 5,
});
const original = async (i: number): Promise<NDArray> => (await slices.read(i)).x;

function of(images: readonly NDArray[]): Dataset<string> {
  return {
    rows: images.map((_, i) => ({ id: `${i}`, tasks: [] })),
    read: async (i) => ({ x: images[i], y: {} }),
  };
}

type Change = (image: NDArray) => NDArray | Promise<NDArray>;

function mapPixels({ data, shape }: NDArray, to: (value: number, y: number, x: number) => number): NDArray {
  const [, width] = shape;
  return { data: Float32Array.from(data, (v, i) => to(v, Math.floor(i / width), i % width)), shape };
}

const shifted =
  (down: number, right: number): Change =>
  (image) =>
    mapPixels(image, (_, y, x) => {
      const at = (place: number): number => Math.min(SIDE - 1, Math.max(0, place));
      return image.data[at(y - down) * SIDE + at(x - right)];
    });

const brightened: Change = (image) => mapPixels(image, (v) => Math.min(1, 1.2 * v + 0.05));

/** As a slice is published: stored as JPEG, and read from there. */
const compressed: Change = async ({ data }) => {
  const grey = Uint8Array.from(data, (v) => Math.round(255 * v));
  const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
  const jpeg = await sharp(grey, { raw }).jpeg({ quality: 70 }).toBuffer();
  const back = await sharp(jpeg).extractChannel(0).raw().toBuffer();
  return { data: Float32Array.from(back, (v) => v / 255), shape: [SIDE, SIDE, 1] };
};

const noisy: Change = (image) => {
  const { normal } = random(3, 'noise');
  return mapPixels(image, (v) => v + 0.01 * normal());
};

const marked: Change = (image) => mapPixels(image, (v, y, x) => (y >= 4 && y < 7 && x >= 4 && x < 14 ? 1 : v));

const coloured: Change = ({ data, shape: [height, width] }) => ({
  data: Float32Array.from({ length: 3 * data.length }, (_, i) => data[Math.floor(i / 3)]),
  shape: [height, width, 3],
});

const changes: readonly (readonly [string, Change])[] = [
  ['moved down by two pixels', shifted(2, 0)],
  ['moved right by a pixel', shifted(0, 1)],
  ['moved up and left by a pixel', shifted(-1, -1)],
  ['moved right by two pixels', shifted(0, 2)],
  ['moved down and right by two pixels', shifted(2, 2)],
  ['moved up and right by two pixels', shifted(-2, 2)],
  ['brightened', brightened],
  ['compressed', compressed],
  ['noisy', noisy],
  ['with a burnt-in mark', marked],
  ['as RGB', coloured],
];

describe('nearDuplicates', () => {
  it.each(changes)('finds copies of slices that are %s', async (_, change) => {
    const images: NDArray[] = [];
    for (let i = 0; i < 8; i++) images.push(await original(i), await change(await original(i)));
    expect(await nearDuplicates(of(images))).toEqual(Array.from({ length: 8 }, (_, i) => [2 * i, 2 * i + 1]));
  });

  it('leaves slices of different patients apart', async () => {
    expect(await nearDuplicates(slices)).toEqual([]);
  });

  it('joins what a chain of pairs connects, and looks at the rows that it is told to', async () => {
    const image = await original(0);
    const chain = [image, await original(1), await shifted(2, 0)(image), await shifted(4, 0)(image)];
    const dataset = of(chain);
    expect(await nearDuplicates(dataset, { indices: [0, 3] })).toEqual([]);
    expect(await nearDuplicates(dataset, { indices: [3, 2, 0, 1, 0] })).toEqual([[0, 2, 3]]);
    expect(await nearDuplicates(dataset, { indices: [2, 3] })).toEqual([[2, 3]]);
    expect(await nearDuplicates(dataset, { indices: [] })).toEqual([]);
  });

  it('does not take flat images for copies of each other', async () => {
    const flat = (value: number): NDArray => ({ data: new Float32Array(64).fill(value), shape: [8, 8, 1] });
    expect(await nearDuplicates(of([flat(0), flat(0), flat(1)]))).toEqual([]);
  });

  it('asks for more where it is told to', async () => {
    const image = await original(0);
    const dataset = of([image, await compressed(image)]);
    expect(await nearDuplicates(dataset)).toEqual([[0, 1]]);
    expect(await nearDuplicates(dataset, { minCorrelation: 1 })).toEqual([]);
    const turned = of([image, mapPixels(image, (v) => 1 - v)]);
    expect(await nearDuplicates(turned, { maxDistance: 64, minCorrelation: 0 })).toEqual([]);
  });

  it.each([
    [{ maxDistance: -1 }, 'nearDuplicates: maxDistance must be'],
    [{ maxDistance: 1.5 }, 'nearDuplicates: maxDistance must be'],
    [{ minCorrelation: 2 }, 'nearDuplicates: minCorrelation must'],
    [{ indices: [24] }, 'nearDuplicates: indices must lie in 0 .. 23, got 24.'],
  ])('refuses %j', async (options, message) => {
    const refused = nearDuplicates(slices, options);
    await expect(refused).rejects.toThrow(RangeError);
    await expect(refused).rejects.toThrow(message);
  });

  it('refuses what is no image', async () => {
    await expect(nearDuplicates(of([{ data: new Float32Array(4), shape: [4] }]))).rejects.toThrow(
      'nearDuplicates: image',
    );
    const nan = { data: new Float32Array(64 * 64).fill(Number.NaN, 5, 6), shape: [64, 64, 1] };
    await expect(nearDuplicates(of([nan]))).rejects.toThrow(
      /^nearDuplicates: image '.*' must be finite, got NaN at 5\.$/,
    );
  });

  it('finds the same at every time', async () => {
    const images = [await original(2), await brightened(await original(2)), await original(3)];
    const first = await nearDuplicates(of(images));
    expect(first).toEqual([[0, 1]]);
    expect(await nearDuplicates(of(images))).toEqual(first);
  });
});
