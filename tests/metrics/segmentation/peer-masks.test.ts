import { describe, expect, it } from 'vitest';
import {
  averageSurfaceDistance,
  dicePerImage,
  distanceTransform,
  hausdorff,
  score,
  surfaceDice,
} from '../../../src/metrics/index';
import { expectClose } from '../../golden/metrics-classification/golden';
import { golden } from '../../golden/metrics-peers/golden';
import { asBatch } from '../../golden/metrics-segmentation/golden';

const { classes, distances } = golden.masks;

describe.each(distances.map((each) => [each.shape.length === 2 ? 'a plane' : 'a volume', each] as const))(
  'in %s',
  (_, { shape, truth, prediction, ...metrics }) => {
    const given = [asBatch(truth.join(''), shape), asBatch(prediction.join(''), shape)] as const;

    it.each(['chessboard', 'taxicab'] as const)('%s distances agree with SciPy and MONAI', async (distanceMetric) => {
      const expected = metrics[distanceMetric];
      const mask = { data: Uint8Array.from(truth), shape };
      expect([...distanceTransform(mask, { distanceMetric }).data]).toEqual(expected.transform);
      // MONAI is in 32 bits.
      expectClose((await score(hausdorff({ distanceMetric }), ...given)).value, expected.hausdorff, 1e-6);
      const most = hausdorff({ distanceMetric, percentile: 95 });
      expectClose((await score(most, ...given)).value, expected.hausdorff95, 1e-6);
      expectClose((await score(averageSurfaceDistance({ distanceMetric }), ...given)).value, expected.average, 1e-6);
      expectClose((await score(surfaceDice({ distanceMetric }), ...given)).value, expected.dice, 1e-6);
    });

    it.each(['chessboard', 'taxicab'] as const)('%s distances take a spacing for each axis', (distanceMetric) => {
      const spacing = shape.map((length, axis) => 0.5 + axis + length / 10);
      const pixels = truth.map((_, i) => shape.map((length, a) => Math.floor(i / size(shape.slice(a + 1))) % length));
      const marked = pixels.filter((_, i) => truth[i] === 1);
      const nearest = pixels.map((p) =>
        Math.min(
          ...marked.map((q) => {
            const sides = p.map((place, axis) => spacing[axis] * Math.abs(place - q[axis]));
            return distanceMetric === 'chessboard' ? Math.max(...sides) : sides.reduce((sum, side) => sum + side, 0);
          }),
        ),
      );
      const { data } = distanceTransform({ data: Uint8Array.from(truth), shape }, { spacing, distanceMetric });
      expectClose([...data], nearest);
    });
  },
);

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

it('a missed lesion costs the diagonal in the distance that is measured', async () => {
  const truth = [[[1, 0, 0, 0]]];
  const none = [[[0, 0, 0, 0]]];
  const of = async (distanceMetric: 'chessboard' | 'taxicab') =>
    (await score(hausdorff({ distanceMetric, spacing: [3, 1] }), truth, none)).value;
  expect(await of('chessboard')).toBe(4);
  expect(await of('taxicab')).toBe(7);
  expect(() => hausdorff({ distanceMetric: 'manhattan' as never })).toThrow(
    /distanceMetric must be one of 'euclidean'/,
  );
});

describe('Dice of each image, weighted by the support of the classes', () => {
  it('agrees with torchmetrics', async () => {
    const weighted = dicePerImage({ classes: 3, average: 'weighted', empty: 'skip-both' });
    expectClose([...(await score(weighted, classes.yTrue, classes.yPred)).values], classes.dice.weighted, 1e-6);
    const foreground = dicePerImage({ classes: 3, average: 'weighted', includeBackground: false, empty: 'skip-both' });
    expectClose([...(await score(foreground, classes.yTrue, classes.yPred)).values], classes.foreground, 1e-6);
  });

  it('needs classes or labels', () => {
    expect(() => dicePerImage({ average: 'weighted' })).toThrow(
      "dicePerImage: classes or labels must be given for average 'weighted', got none.",
    );
  });
});
