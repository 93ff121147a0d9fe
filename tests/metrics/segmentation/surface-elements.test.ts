import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageSurfaceDistance, hausdorff, score, surfaceDice } from '../../../src/metrics/index';
import { surfaceElements } from '../../../src/metrics/segmentation/surface-elements';
import { expectClose } from '../../golden/metrics-classification/golden';
import { surfaceElementsGolden } from '../../golden/metrics-peers/surface-elements';
import { asBatch } from '../../golden/metrics-segmentation/golden';
import { pad, planes } from './surface-oracle';

const { cases, neighbourhoods } = surfaceElementsGolden;
const elements = 'area';
const total = (sizes: Float64Array) => sizes.reduce((sum, size) => sum + size, 0);

describe('surfaceElements', () => {
  it.each(neighbourhoods)('agrees with surface_distance on every neighbourhood, spacing $spacing', (given) => {
    const { spacing, masks, sizes } = given;
    const shape = spacing.map(() => 2);
    // The point in the middle of 3 x 3 or 3 x 3 x 3.
    const middle = (3 ** shape.length - 1) / 2;
    expect(masks).toHaveLength(2 ** (2 ** shape.length));
    masks.forEach((mask, i) => {
      expectClose(surfaceElements(Uint8Array.from(mask, Number), shape, spacing)[middle], sizes[i]);
    });
  });

  it.each(cases)('agrees with surface_distance on the whole size of $name', ({ truth, prediction, ...given }) => {
    const of = (mask: string) => total(surfaceElements(Uint8Array.from(mask, Number), given.shape, given.spacing));
    expectClose(of(truth), given.areas[0]);
    expectClose(of(prediction), given.areas[1]);
  });

  it('measures a rectangle and a box with corners cut', () => {
    // 3 x 2 pixels of 2 x 5: sides without half a pixel at each end, and four half diagonals.
    expectClose(
      total(surfaceElements(new Uint8Array(6).fill(1), [3, 2], [2, 5])),
      2 * 4 + 2 * 5 + 2 * Math.hypot(2, 5),
    );
    // 2 x 2 x 2 voxels: six faces of 1, twelve edges of 1 x sqrt(1/2), eight triangles of side sqrt(1/2).
    const box = surfaceElements(new Uint8Array(8).fill(1), [2, 2, 2], [1, 1, 1]);
    expectClose(total(box), 6 + 12 * Math.SQRT1_2 + (8 * Math.sqrt(3)) / 8);
  });
});

describe("metrics of surfaces, elements 'area'", () => {
  it.each(cases)('agree with surface_distance on $name', async ({ truth, prediction, shape, spacing, ...expected }) => {
    const given = [asBatch(truth, shape), asBatch(prediction, shape)] as const;
    const isEmpty = [truth, prediction].map((mask) => !mask.includes('1'));
    for (const [percentile, value] of Object.entries(expected.hausdorff)) {
      const metric = hausdorff({ elements, spacing, percentile: Number(percentile), empty: 'infinite' });
      // For two empty masks the peer says Infinity.
      expectClose((await score(metric, ...given)).value, isEmpty[0] && isEmpty[1] ? Number.NaN : value);
    }
    const average = (symmetric: boolean) =>
      score(averageSurfaceDistance({ elements, spacing, symmetric, empty: 'infinite' }), ...given);
    // Over no surface the peer divides 0 by 0.
    const oneIsEmpty = isEmpty[0] !== isEmpty[1];
    expectClose((await average(false)).value, oneIsEmpty ? Number.POSITIVE_INFINITY : expected.toTruth);
    expectClose((await average(true)).value, expected.symmetric);
    for (const [tolerance, value] of Object.entries(expected.dice)) {
      const metric = surfaceDice({ elements, spacing, tolerance: Number(tolerance), empty: 'skip-both' });
      expectClose((await score(metric, ...given)).value, value);
    }
  });

  it('do not change when masks are turned with their spacing, moved or scaled', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing: [height, width] }) => {
        const metric = (spacing: number[]) => averageSurfaceDistance({ elements, spacing });
        const here = (await score(metric([height, width]), [truth], [prediction])).value;
        const turn = (mask: readonly (readonly number[])[]) => mask[0].map((_, j) => mask.map((row) => row[j]));
        const turned = await score(metric([width, height]), [turn(truth)], [turn(prediction)]);
        expect(turned.value).toBeCloseTo(here, 10);
        const moved = await score(metric([2 * height, 2 * width]), [pad(truth, 1, 2)], [pad(prediction, 1, 2)]);
        expect(moved.value).toBeCloseTo(2 * here, 10);
      }),
    );
  });

  it('take other distances, several classes, and the diagonal for a missed mask', async () => {
    const point = [[[1, 0, 0, 0]]];
    const other = [[[0, 0, 1, 0]]];
    // The corners of the two pixels are 1 or 2 apart, one half of each outline each.
    for (const distanceMetric of ['euclidean', 'chessboard', 'taxicab'] as const) {
      expectClose((await score(averageSurfaceDistance({ elements, distanceMetric }), point, other)).value, 1.5);
    }
    expect((await score(hausdorff({ elements, percentile: 50 }), point, other)).value).toBe(1);
    expect((await score(hausdorff({ elements, spacing: [3, 1] }), point, [[[0, 0, 0, 0]]])).value).toBe(5);
    const { classes } = await score(surfaceDice({ elements, classes: 2 }), [[[1, 0, 0, 0]]], [[[0, 0, 1, 0]]]);
    // Of the pixel's outline half is 1 from the other's. The rest has 3 pixels, and 1 and 2 on either side of the hole.
    expectClose(classes[1].value, 0.5);
  });

  it('say what is wrong with their arguments', async () => {
    expect(() => hausdorff({ elements: 'areas' as never })).toThrow(
      new RangeError("hausdorff: elements must be one of 'pixel', 'area'; got 'areas'."),
    );
    expect(() => surfaceDice({ elements: 'surfel' as never })).toThrow(RangeError);
    const row = [[[1, 0, 1]]];
    for (const metric of [averageSurfaceDistance, hausdorff, surfaceDice]) {
      const lines = score(metric({ elements, labels: 3 }), row, row);
      await expect(lines).rejects.toThrow(
        `${metric.name}: elements 'area' needs images of 2 or 3 axes, got 1; elements 'pixel' takes any.`,
      );
    }
  });
});
