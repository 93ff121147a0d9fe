import { describe, expect, it } from 'vitest';
import { resizeImage } from '../../src/data/resize-image';
import { resizeMask } from '../../src/data/resize-mask';
import golden from '../golden/data/resize.json';

type Size = readonly [number, number];

function expectClose(actual: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(actual[i] - value), `value ${i}: ${actual[i]} for ${value}`).toBeLessThan(tolerance);
  });
}

describe('resizing', () => {
  for (const { shape, size, image, bilinear, antialiased, nearest } of golden.resize) {
    const name = `[${shape}] to [${size}]`;

    it(`gives PyTorch's bilinear values for ${name}`, () => {
      const array = { data: Uint8Array.from(image), shape };
      expectClose(resizeImage(array, size as unknown as Size, { antialias: false }).data, bilinear, 1e-4);
    });

    it(`gives PyTorch's antialiased values for ${name}`, () => {
      const result = resizeImage({ data: Uint8Array.from(image), shape }, size as unknown as Size);
      expect(result.shape).toEqual([...size, shape[2]]);
      expectClose(result.data, antialiased, 1e-4);
    });

    it(`gives PyTorch's nearest-exact values for ${name}`, () => {
      const result = resizeMask({ data: Uint8Array.from(image), shape }, size as unknown as Size);
      expect(result.shape).toEqual([...size, shape[2]]);
      expect(result.data).toEqual(Uint8Array.from(nearest));
    });
  }

  it('keeps the mean of an image that shrinks by a whole factor', () => {
    const data = Float32Array.from({ length: 64 * 64 }, (_, i) => ((i * 37) % 101) / 101);
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const small = resizeImage({ data, shape: [64, 64, 1] }, [8, 8]);
    expect(mean(small.data as Float32Array)).toBeCloseTo(mean(data), 2);
  });

  it('never makes a value between the labels of a mask', () => {
    const data = Int32Array.from({ length: 13 * 11 }, (_, i) => [0, 7, 200][i % 3]);
    const result = resizeMask({ data, shape: [13, 11, 1] }, [29, 5]);
    expect(result.data).toBeInstanceOf(Int32Array);
    expect(new Set(result.data)).toEqual(new Set([0, 7, 200]));
  });

  it('takes as long for a high strip as for a wide one', () => {
    const data = Uint8Array.from({ length: 2 ** 22 }, (_, i) => i >> 14);
    const [high, wide] = [
      resizeImage({ data, shape: [2 ** 22, 1, 1] }, [64, 32]),
      resizeImage({ data, shape: [1, 2 ** 22, 1] }, [32, 64]),
    ];
    for (let y = 0; y < 64; y++) {
      // Steps of four grey values: those of row y are 4 y to 4 y + 3, and away from the edge the triangle is symmetric.
      if (y > 0 && y < 63) expect(high.data[y * 32]).toBeCloseTo(4 * y + 1.5, 2);
      for (let x = 0; x < 32; x++) expect(high.data[y * 32 + x]).toBeCloseTo(wide.data[x * 64 + y], 4);
    }
  });

  it('refuses at once what would take for ever', () => {
    // One product for each value of the first side, 2^17, and of both, 2^34.
    const pixel = { data: new Uint8Array(1), shape: [1, 1, 1] };
    expect(() => resizeImage(pixel, [2 ** 17, 2 ** 17])).toThrow(
      'resizeImage: [1,1,1] to [131072,131072] takes 17180000256 products, at most 4294967296 are made; ' +
        'choose a smaller size or cut the image.',
    );
    // Three of the width's products for each of 2^15 x 2^15 x 3 values are more than 2^33 already.
    const image = { data: new Uint8Array(3 * 2 ** 20), shape: [2 ** 10, 2 ** 10, 3] };
    expect(() => resizeImage(image, [2 ** 15, 2 ** 15])).toThrow(RangeError);
  });

  it('names what is wrong with an image or a size', () => {
    const image = { data: new Uint8Array(6), shape: [2, 3, 1] };
    expect(() => resizeImage({ data: new Uint8Array(6), shape: [2, 3] }, [2, 2])).toThrow(
      'resizeImage: image must have a shape [height, width, channels], got [2,3].',
    );
    expect(() => resizeMask({ data: new Uint8Array(5), shape: [2, 3, 1] }, [2, 2])).toThrow(
      'resizeMask: mask: shape [2,3,1] needs 6 values, got 5.',
    );
    expect(() => resizeImage(image, [0, 2])).toThrow('resizeImage: height must be an integer of at least 1, got 0.');
    expect(() => resizeMask(image, [2, 1.5])).toThrow('resizeMask: width must be an integer of at least 1, got 1.5.');
    expect(() => resizeImage([1, 2] as never, [2, 2])).toThrow(TypeError);
  });
});
