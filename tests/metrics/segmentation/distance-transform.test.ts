import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceTransform } from '../../../src/metrics/segmentation/distance-transform';
import type { NDArray } from '../../../src/types';
import { golden } from '../../golden/metrics-segmentation/golden';

/** Every pixel against every other. */
function naive({ data, shape }: NDArray, spacing: readonly number[]): number[] {
  const position = (index: number): number[] => {
    const place: number[] = [];
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      place.unshift((rest % shape[axis]) * spacing[axis]);
      rest = Math.floor(rest / shape[axis]);
    }
    return place;
  };
  return Array.from(data, (_, i) => {
    let nearest = Infinity;
    data.forEach((value, j) => {
      if (value === 0) return;
      const [p, q] = [position(i), position(j)];
      nearest = Math.min(nearest, Math.sqrt(p.reduce((sum, x, axis) => sum + (x - q[axis]) ** 2, 0)));
    });
    return nearest;
  });
}

const maskAndSpacing = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    data: fc.uint8Array({
      minLength: shape.reduce((a, b) => a * b),
      maxLength: shape.reduce((a, b) => a * b),
      max: 1,
    }),
    spacing: fc.array(fc.double({ min: 0.05, max: 20, noNaN: true }), {
      minLength: shape.length,
      maxLength: shape.length,
    }),
  }),
);

describe('distanceTransform', () => {
  it.each(golden.masks.filter(({ transform }) => transform !== null))('agrees with SciPy on $name', (masks) => {
    const mask = { data: Uint8Array.from(masks.truth, Number), shape: masks.shape };
    const { data, shape } = distanceTransform(mask, { spacing: masks.spacing });
    expect(shape).toEqual(masks.shape);
    masks.transform!.forEach((distance, i) => {
      expect(Math.abs(data[i] - distance)).toBeLessThanOrEqual(1e-6 * distance);
    });
  });

  it('agrees with comparing every pixel to every other, whatever the shape and the spacing', () => {
    fc.assert(
      fc.property(maskAndSpacing, ({ data, shape, spacing }) => {
        const expected = naive({ data, shape }, spacing);
        const got = distanceTransform({ data, shape }, { spacing }).data;
        expected.forEach((distance, i) => {
          if (distance === Infinity) expect(got[i]).toBe(Infinity);
          else expect(Math.abs(got[i] - distance)).toBeLessThanOrEqual(1e-12 * (1 + distance));
        });
      }),
    );
  });

  it('scales with the spacing', () => {
    fc.assert(
      fc.property(maskAndSpacing, ({ data, shape, spacing }) => {
        const once = distanceTransform({ data, shape }, { spacing }).data;
        const twice = distanceTransform({ data, shape }, { spacing: spacing.map((length) => 2 * length) }).data;
        expect(Array.from(twice)).toEqual(Array.from(once, (distance) => 2 * distance));
      }),
    );
  });

  it('is infinite everywhere for a mask without a pixel', () => {
    expect(Array.from(distanceTransform({ data: new Uint8Array(4), shape: [2, 2] }).data)).toEqual(
      Array(4).fill(Infinity),
    );
  });

  it('takes one spacing for all axes and 1 by default', () => {
    const line = { data: Uint8Array.of(1, 0, 0, 0), shape: [1, 4] };
    expect(Array.from(distanceTransform(line, { spacing: 0.5 }).data)).toEqual([0, 0.5, 1, 1.5]);
    const mask = { data: Uint8Array.of(1, 0, 0, 0), shape: [2, 2] };
    expect(Array.from(distanceTransform(mask).data)).toEqual([0, 1, 1, Math.SQRT2]);
    expect(Array.from(distanceTransform(mask, { spacing: 3 }).data)).toEqual([0, 3, 3, Math.sqrt(18)]);
  });

  it('says what is wrong with a shape or a spacing', () => {
    const mask = { data: Uint8Array.of(1, 0), shape: [2] };
    expect(() => distanceTransform({ ...mask, shape: [3] })).toThrow(
      new RangeError('distanceTransform: shape [3] needs 3 values, got 2.'),
    );
    expect(() => distanceTransform(mask, { spacing: [1, 2] })).toThrow(
      new RangeError('distanceTransform: spacing needs one number, or one for each of 1 axes, got [1,2].'),
    );
    expect(() => distanceTransform(mask, { spacing: 0 })).toThrow(
      new RangeError('distanceTransform: spacing must be positive and finite, got [0].'),
    );
    expect(() => distanceTransform(mask, { spacing: ['1'] as never })).toThrow(TypeError);
    expect(() => distanceTransform({ data: Float32Array.of(0, Number.NaN), shape: [2] })).toThrow(
      new RangeError('distanceTransform: the values of the mask must be numbers, got NaN at place 1.'),
    );
    expect(() => distanceTransform({ data: [null, 1] as never, shape: [2] })).toThrow(TypeError);
  });
});
