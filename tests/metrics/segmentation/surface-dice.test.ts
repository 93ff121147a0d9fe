import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { surfaceDice } from '../../../src/metrics/segmentation/surface-dice';
import { asBatch, expectGolden, golden } from '../../golden/metrics-segmentation/golden';
import { nearest, pad, planes } from './surface-oracle';

describe('surfaceDice', () => {
  describe.each([0, 1, 1.5, 3])('with tolerance %s', (tolerance) => {
    it.each(golden.masks)('agrees with MONAI on $name', async ({ shape, spacing, truth, prediction, ...expected }) => {
      const metric = surfaceDice({ tolerance, spacing, empty: 'skip-both' });
      const { value } = await score(metric, asBatch(truth, shape), asBatch(prediction, shape));
      expectGolden(value, expected.surfaceDice[tolerance]);
    });
  });

  it('agrees with MONAI on several classes with a tolerance for each', async () => {
    const { shape, labels, scores, surfaceDice: expected } = golden.classes;
    const metric = surfaceDice({ classes: 3, includeBackground: false, tolerance: [1, 1.5], empty: 'skip-both' });
    const truth = { data: Int32Array.from(labels), shape: shape.slice(0, 3) };
    const { classes } = await score(metric, truth, { data: Float64Array.from(scores), shape });
    expected.forEach((value, i) => {
      expectGolden(classes[i % 2].values[Math.floor(i / 2)], value);
    });
  });

  it('agrees with trying all pairs of surface pixels, and is the same for masks that are swapped and moved', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const distances = [...nearest(prediction, truth, spacing), ...nearest(truth, prediction, spacing)];
        const metric = surfaceDice({ tolerance: 1.01, spacing });
        const { value } = await score(metric, [truth], [prediction]);
        expect(value).toBeCloseTo(distances.filter((distance) => distance <= 1.01).length / distances.length, 12);
        const moved = await score(metric, [pad(prediction, 1, 2)], [pad(truth, 1, 2)]);
        expect(moved.value).toBe(value);
      }),
    );
  });

  it('is 1 for the same mask, even without tolerance', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, spacing }) => {
        expect((await score(surfaceDice({ tolerance: 0, spacing }), [truth], [truth])).value).toBe(1);
      }),
    );
  });

  it('counts a distance that equals the tolerance but for rounding', async () => {
    const metric = surfaceDice({ tolerance: 0.3, spacing: 0.1 });
    expect((await score(metric, [[[1, 0, 0, 0]]], [[[0, 0, 0, 1]]])).value).toBe(1);
  });

  it('leaves an image without a true mask out by default', async () => {
    const result = await score(surfaceDice(), [[[0, 0]], [[1, 0]]], [[[0, 1]], [[1, 0]]]);
    expect(result).toMatchObject({ value: 1, n: 1, skipped: 1 });
  });

  it('says what is wrong with a tolerance', () => {
    expect(() => surfaceDice({ tolerance: -1 })).toThrow(/^surfaceDice: tolerance must lie in \[0, /);
    expect(() => surfaceDice({ tolerance: [1, 2], classes: 3 })).toThrow(
      new RangeError('surfaceDice: tolerance must be one number, or one for each of 3 masks, got [1,2].'),
    );
    expect(() => surfaceDice({ empty: 'infinite' as never })).toThrow(/^surfaceDice: empty must be one of 'skip'/);
    expect(() => surfaceDice({ spacing: -2 })).toThrow(/^surfaceDice: spacing must be positive and finite, got \[-2\]/);
  });
});
