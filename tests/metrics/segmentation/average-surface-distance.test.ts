import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { averageSurfaceDistance } from '../../../src/metrics/segmentation/average-surface-distance';
import { hausdorff } from '../../../src/metrics/segmentation/hausdorff';
import { asBatch, expectGolden, golden } from '../../golden/metrics-segmentation/golden';
import { nearest, pad, planes } from './surface-oracle';

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('averageSurfaceDistance', () => {
  describe.each([
    ['symmetric', true],
    ['directed', false],
  ] as const)('%s', (kind, symmetric) => {
    it.each(golden.masks)('agrees with MONAI on $name', async ({ shape, spacing, truth, prediction, ...expected }) => {
      const metric = averageSurfaceDistance({ symmetric, spacing, empty: 'infinite' });
      const { value } = await score(metric, asBatch(truth, shape), asBatch(prediction, shape));
      expectGolden(value, expected.averageSurfaceDistance[kind]);
    });
  });

  it('agrees with trying all pairs of surface pixels', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const forward = nearest(prediction, truth, spacing);
        const backward = nearest(truth, prediction, spacing);
        const symmetric = await score(averageSurfaceDistance({ spacing }), [truth], [prediction]);
        expect(symmetric.value).toBeCloseTo(mean([...forward, ...backward]), 10);
        const directed = averageSurfaceDistance({ spacing, symmetric: false });
        expect((await score(directed, [truth], [prediction])).value).toBeCloseTo(mean(forward), 10);
      }),
    );
  });

  it('is 0 for the same mask, and never more than the Hausdorff distance', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const metric = averageSurfaceDistance({ spacing });
        expect((await score(metric, [truth], [truth])).value).toBe(0);
        const { value } = await score(metric, [truth], [prediction]);
        const { value: largest } = await score(hausdorff({ spacing }), [truth], [prediction]);
        expect(value).toBeLessThanOrEqual(largest + 1e-12);
      }),
    );
  });

  it('does not change when both masks move, or are swapped', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const metric = averageSurfaceDistance({ spacing });
        const here = await score(metric, [truth], [prediction]);
        const there = await score(metric, [pad(prediction, 2, 4)], [pad(truth, 2, 4)]);
        expect(there.value).toBeCloseTo(here.value, 10);
      }),
    );
  });

  it('says which spacing is wrong', () => {
    expect(() => averageSurfaceDistance({ spacing: Number.NaN })).toThrow(
      new RangeError('averageSurfaceDistance: spacing must be positive and finite, got [NaN].'),
    );
  });
});
