import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { dicePerImage } from '../../../src/metrics/segmentation/dice-per-image';
import { asBatch, expectGolden, golden } from '../../golden/metrics-segmentation/golden';

describe('dicePerImage', () => {
  describe.each(['skip', 'one', 'skip-both'] as const)('with empty: %s', (empty) => {
    it.each(golden.masks)('agrees with MONAI or torchmetrics on $name', async ({ shape, truth, prediction, dice }) => {
      const result = await score(dicePerImage({ empty }), asBatch(truth, shape), asBatch(prediction, shape));
      expectGolden(result.value, dice[empty]);
    });
  });

  it.each([
    ['skip', Number.NaN, Number.NaN],
    ['skip-both', Number.NaN, 0],
    ['one', 1, 0],
    ['zero', 0, 0],
  ] as const)('with empty: %s scores two empty masks %s and a false alarm %s', async (empty, both, alarm) => {
    const result = await score(dicePerImage({ empty }), [[[0, 0]], [[0, 0]], [[1, 0]]], [[[0, 0]], [[0, 1]], [[0, 0]]]);
    expect(result.values).toEqual([both, alarm, 0]);
    expect(result.skipped).toBe([both, alarm].filter(Number.isNaN).length);
    expect(result.n).toBe(3 - result.skipped);
  });

  it('weighs a small lesion as much as a large one', async () => {
    const truth = [[[1, 0, 0, 0, 0]], [[1, 1, 1, 1, 1]]];
    const prediction = [[[0.2, 0.1, 0, 0, 0]], [[0.9, 0.8, 0.7, 0.9, 0.6]]];
    expect((await score(dicePerImage(), truth, prediction)).value).toBe(0.5);
  });

  it('counts a pixel at the threshold, in 32 bits where the scores are', async () => {
    const truth = { data: Uint8Array.of(1, 1), shape: [1, 1, 2] };
    const metric = dicePerImage({ threshold: 0.3 });
    expect((await score(metric, truth, { data: Float32Array.of(0.3, 0.2), shape: [1, 1, 2] })).value).toBeCloseTo(
      2 / 3,
    );
    expect((await score(metric, truth, [[[0.3, 0.2]]])).value).toBeCloseTo(2 / 3);
  });

  it('stays within 0 and 1, and does not change when the masks are swapped', async () => {
    const mask = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(mask, mask, async (a, b) => {
        const metric = dicePerImage({ empty: 'one' });
        const { value } = await score(metric, [[a]], [[b]]);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect((await score(metric, [[b]], [[a]])).value).toBe(value);
      }),
    );
  });

  it('names the policies that there are', () => {
    expect(() => dicePerImage({ empty: 'nan' as never })).toThrow(
      new RangeError("dicePerImage: empty must be one of 'skip', 'skip-both', 'one', 'zero'; got 'nan'."),
    );
  });
});
