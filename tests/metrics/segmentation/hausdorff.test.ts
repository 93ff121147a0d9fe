import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { hausdorff } from '../../../src/metrics/segmentation/hausdorff';
import { surface } from '../../../src/metrics/segmentation/surface';
import { asBatch, expectGolden, golden } from '../../golden/metrics-segmentation/golden';
import { nearest, pad, planes } from './surface-oracle';

const point = { truth: [[[1, 0, 0, 0]]], prediction: [[[0, 0, 0, 1]]], none: [[[0, 0, 0, 0]]] };

describe('surface', () => {
  it.each(golden.masks)('agrees with the binary erosion of SciPy on $name', (masks) => {
    expect(surface(Uint8Array.from(masks.truth, Number), masks.shape).join('')).toBe(masks.surface);
  });
});

describe('hausdorff', () => {
  describe.each([
    ['100', { percentile: 100 }],
    ['95', { percentile: 95 }],
    ['directed', { directed: true }],
    ['directed95', { percentile: 95, directed: true }],
  ] as const)('%s', (kind, options) => {
    it.each(golden.masks)('agrees with MONAI on $name', async ({ shape, spacing, truth, prediction, ...expected }) => {
      const metric = hausdorff({ ...options, spacing, empty: 'infinite' });
      const { value } = await score(metric, asBatch(truth, shape), asBatch(prediction, shape));
      const oneIsEmpty = truth.includes('1') !== prediction.includes('1');
      // MONAI interpolates between infinities there and gets NaN.
      if (oneIsEmpty) expect(value).toBe(Infinity);
      else expectGolden(value, expected.hausdorff[kind]);
    });
  });

  it('agrees with trying all pairs of surface pixels', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const expected = Math.max(...nearest(prediction, truth, spacing), ...nearest(truth, prediction, spacing));
        const { value } = await score(hausdorff({ spacing }), [truth], [prediction]);
        expect(value).toBeCloseTo(expected, 10);
      }),
    );
  });

  it('is 0 for the same mask and does not change when the masks are swapped', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing }) => {
        const metric = hausdorff({ spacing, percentile: 95 });
        expect((await score(metric, [truth], [truth])).value).toBe(0);
        const there = await score(metric, [truth], [prediction]);
        expect((await score(metric, [prediction], [truth])).value).toBe(there.value);
      }),
    );
  });

  it('scales with the spacing and does not change when both masks move', async () => {
    await fc.assert(
      fc.asyncProperty(planes, async ({ truth, prediction, spacing: [height, width] }) => {
        const here = await score(hausdorff({ spacing: [height, width] }), [truth], [prediction]);
        const moved = [[pad(truth, 3, 1)], [pad(prediction, 3, 1)]] as const;
        const there = await score(hausdorff({ spacing: [2 * height, 2 * width] }), ...moved);
        expect(there.value).toBeCloseTo(2 * here.value, 10);
      }),
    );
  });

  it('gets worse with each lesion that is missed or made up', async () => {
    const { truth, prediction, none } = point;
    const images = (missed: number) =>
      [
        [...truth, ...truth, ...none],
        [...prediction, ...(missed > 0 ? none : prediction), ...(missed > 1 ? truth : none)],
      ] as const;
    const of = async (missed: number) => (await score(hausdorff(), ...images(missed))).value;
    // One row of four pixels is as long as the square root of 17 from corner to corner.
    expect(await of(0)).toBe(2);
    expect(await of(1)).toBeCloseTo((3 + Math.sqrt(17)) / 3, 12);
    expect(await of(2)).toBeCloseTo((3 + 2 * Math.sqrt(17)) / 3, 12);
  });

  it('is the diagonal of a BraTS volume where its lesion is missed, as that challenge scores it', async () => {
    const shape = [1, 240, 240, 155, 1];
    const truth = { data: new Uint8Array(240 * 240 * 155), shape };
    truth.data[4_000_000] = 1;
    const { value } = await score(hausdorff({ percentile: 95 }), truth, { ...truth, data: truth.data.map(() => 0) });
    // The square root of 240 * 240 + 240 * 240 + 155 * 155.
    expect(value).toBeCloseTo(373.12866, 5);
  });

  it('leaves an image with an empty mask out and counts it where it is told to', async () => {
    const { truth, prediction, none } = point;
    const metric = hausdorff({ empty: 'skip' });
    const state = await metric.update(
      metric.init(),
      [...truth, ...none, ...truth],
      [...prediction, ...prediction, ...none],
    );
    expect(metric.compute(state)).toMatchObject({ value: 3, n: 1, skipped: 2, values: [3, Number.NaN, Number.NaN] });
  });

  it('takes the diagonal of the image for an empty mask, and 0 for two', async () => {
    const { truth, none } = point;
    const metric = hausdorff({ spacing: [3, 1] });
    expect((await score(metric, truth, none)).value).toBe(5);
    expect((await score(metric, none, truth)).value).toBe(5);
    expect((await score(metric, none, none)).value).toBe(0);
  });

  it('says what is wrong with its arguments', async () => {
    const { truth, prediction } = point;
    expect(() => hausdorff({ percentile: 101 })).toThrow(
      new RangeError('hausdorff: percentile must lie in [0, 100], got 101.'),
    );
    expect(() => hausdorff({ spacing: [1, -1] })).toThrow(
      new RangeError('hausdorff: spacing must be positive and finite, got [1,-1].'),
    );
    expect(() => hausdorff({ empty: 'one' as never })).toThrow(
      new RangeError("hausdorff: empty must be one of 'skip', 'infinite', 'diagonal'; got 'one'."),
    );
    await expect(score(hausdorff({ spacing: [1, 1, 1] }), truth, prediction)).rejects.toThrow(
      new RangeError('hausdorff: spacing needs one number, or one for each of 2 axes, got [1,1,1].'),
    );
  });
});
