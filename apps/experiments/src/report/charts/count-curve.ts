import type { CountCurve } from '../count-curves';
import { armColor, type Figure, makeFigure, PLOT_WIDTH } from './figure';

const SAID = {
  masks: { score: 'Dice', x: 'Images with a mask in training', title: 'Dice by the number of masks' },
  labels: { score: 'AUC', x: 'Images with a class in training', title: 'AUC by the number of labelled images' },
} as const;

/** How a score grows with the number of labels. */
export async function countChart(study: 'masks' | 'labels', curves: readonly CountCurve[]): Promise<Figure | null> {
  const { score, x: unit, title } = SAID[study];
  const means = curves.flatMap(({ arm, points }) =>
    points.map(({ count, estimate: { mean, low, high } }) => ({
      arm,
      count,
      mean,
      low: low ?? mean,
      high: high ?? mean,
    })),
  );
  if (means.length === 0) return null;
  const seeds = curves.flatMap(({ arm, points }) =>
    points.flatMap(({ count, estimate }) => estimate.perSeed.map((value) => ({ arm, count, value }))),
  );
  const counts = [...new Set(means.map(({ count }) => count))].sort((a, b) => a - b);
  const x = {
    field: 'count',
    type: 'quantitative',
    title: `${unit} (logarithmic)`,
    scale: { type: 'log', nice: false, padding: 14 },
    axis: { values: counts, format: 'd', labelOverlap: 'greedy' },
  } as const;
  const y = { type: 'quantitative', title: score, scale: { zero: false } } as const;
  const color = armColor(curves.map(({ arm }) => arm));
  return makeFigure(
    {
      name: `${study}-curve`,
      title,
      alt: means.map(({ arm, count, mean }) => `${arm} with ${count}: ${mean.toFixed(3)}`).join('; '),
      caption: 'Line: mean over seeds, with its 95 % bootstrap interval over images; small dots: single seeds.',
    },
    {
      width: PLOT_WIDTH,
      height: 220,
      layer: [
        {
          data: { values: means },
          mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        {
          data: { values: means },
          mark: { type: 'line', strokeWidth: 2.5, point: { filled: true, size: 60 } },
          encoding: { x, y: { ...y, field: 'mean' }, color },
        },
        {
          data: { values: seeds },
          mark: { type: 'circle', size: 18, opacity: 0.7 },
          encoding: { x, y: { ...y, field: 'value' }, color },
        },
      ],
    },
  );
}
