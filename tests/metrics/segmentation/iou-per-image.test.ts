import { describe, expect, it } from 'vitest';
import { score } from '../../../src/metrics/score';
import { dicePerImage } from '../../../src/metrics/segmentation/dice-per-image';
import { iouPerImage } from '../../../src/metrics/segmentation/iou-per-image';
import { asBatch, expectGolden, golden } from '../../golden/metrics-segmentation/golden';

describe('iouPerImage', () => {
  describe.each(['skip', 'one'] as const)('with empty: %s', (empty) => {
    it.each(golden.masks)('agrees with MONAI on $name', async ({ shape, truth, prediction, iou }) => {
      const result = await score(iouPerImage({ empty }), asBatch(truth, shape), asBatch(prediction, shape));
      expectGolden(result.value, iou[empty]);
    });
  });

  it.each(golden.masks)('is Dice / (2 - Dice) on $name', async ({ shape, truth, prediction }) => {
    const pair = [asBatch(truth, shape), asBatch(prediction, shape)] as const;
    const { value: dice } = await score(dicePerImage({ empty: 'zero' }), ...pair);
    expect((await score(iouPerImage({ empty: 'zero' }), ...pair)).value).toBeCloseTo(dice / (2 - dice), 12);
  });

  it('names the policies that there are', () => {
    expect(() => iouPerImage({ empty: 'none' as never })).toThrow(/^iouPerImage: empty must be one of 'skip'/);
  });
});
