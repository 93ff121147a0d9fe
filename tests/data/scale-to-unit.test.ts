import { describe, expect, it } from 'vitest';
import { scaleToUnit } from '../../src/data/scale-to-unit';
import type { NDArray } from '../../src/types';
import golden from '../golden/data/resize.json';

const row = (data: NDArray['data']): NDArray => ({ data, shape: [1, data.length, 1] });

describe('scaleToUnit', () => {
  it('divides 8 bits by 255 and 16 bits by 65535', () => {
    expect(scaleToUnit(row(Uint8Array.of(0, 51, 255))).data).toEqual(Float32Array.of(0, 0.2, 1));
    expect(scaleToUnit(row(Uint16Array.of(0, 13107, 65535))).data).toEqual(Float32Array.of(0, 0.2, 1));
  });

  it('takes the extremes of the image', () => {
    expect(scaleToUnit(row(Float32Array.of(-2, 0, 6)), 'minMax').data).toEqual(Float32Array.of(0, 0.25, 1));
  });

  it('clips what lies outside of a window', () => {
    const hounsfield = row(Int32Array.of(-2000, -1350, -600, 150, 3000));
    expect(scaleToUnit(hounsfield, [-1350, 150]).data).toEqual(Float32Array.of(0, 0, 0.5, 1, 1));
  });

  it('finds percentiles as numpy does', () => {
    const { values, q, expected } = golden.percentiles;
    for (let i = 0; i + 1 < q.length; i++) {
      const [low, high] = [expected[i], expected[i + 1]];
      const scaled = scaleToUnit(row(Float64Array.from(values)), { percentiles: [q[i], q[i + 1]] }).data;
      values.forEach((value, k) => {
        expect(scaled[k]).toBeCloseTo(Math.min(1, Math.max(0, (value - low) / (high - low))), 5);
      });
    }
  });

  it('makes a constant image black and leaves its input alone', () => {
    const image = row(Float32Array.of(3, 3));
    expect(scaleToUnit(image, 'minMax').data).toEqual(Float32Array.of(0, 0));
    expect(scaleToUnit(image, { percentiles: [1, 99] }).data).toEqual(Float32Array.of(0, 0));
    expect(image.data).toEqual(Float32Array.of(3, 3));
  });

  it('names what is wrong with a range or a value', () => {
    expect(() => scaleToUnit(row(Float32Array.of(1)))).toThrow(
      "scaleToUnit: range 'type' is for Uint8Array and Uint16Array, got Float32Array; name a range [low, high].",
    );
    expect(() => scaleToUnit(row(Float32Array.of(1, Number.NaN)), 'minMax')).toThrow(
      'scaleToUnit: image must be finite, got NaN at 1.',
    );
    expect(() => scaleToUnit(row(Uint8Array.of(1)), [5, 5])).toThrow('two finite numbers that rise, got [5,5]');
    for (const range of [[null, 5], [0], [Number.NaN, 1], [0, 1, 2]]) {
      expect(() => scaleToUnit(row(Uint8Array.of(1)), range as never)).toThrow('two finite numbers that rise');
    }
    expect(() => scaleToUnit(row(Uint8Array.of(1)), 'full' as never)).toThrow("one of 'type', 'minMax'; got 'full'");
    expect(() => scaleToUnit(row(Uint8Array.of(1)), { percentiles: [50, 10] })).toThrow(
      'scaleToUnit: percentiles[1] must lie in [50, 100], got 10.',
    );
  });
});
