import { armOf } from '../contenders';
import type { Measured } from '../measure';
import { armColor, type Figure, makeFigure, PLOT_WIDTH } from './figure';

const PANELS = [
  ['validation.segmentation.dice', 'Segmentation: Dice on validation'],
  ['validation.classification.auc', 'Classification: AUC on validation'],
  ['segmentation.loss', 'Segmentation: loss'],
  ['classification.loss', 'Classification: loss'],
  ['reconstruction.loss', 'Reconstruction: loss'],
] as const;

const PARTS = {
  field: 'part',
  type: 'nominal',
  title: null,
  scale: {
    domain: ['training', 'validation'],
    range: [
      [4, 3],
      [1, 0],
    ],
  },
  legend: { orient: 'bottom', symbolType: 'stroke' },
} as const;

interface Point {
  readonly arm: string;
  readonly line: string;
  readonly part: string;
  readonly epoch: number;
  readonly value: number;
}

/** The points of one panel: every run a line, losses of both parts. */
function readPoints(measured: readonly Measured[], path: string): Point[] {
  const paths = path.endsWith('.loss') ? [`train.${path}`, `validation.${path}`] : [path];
  return measured.flatMap((one) =>
    one.runs.flatMap(({ info, epochs }) =>
      epochs.flatMap((record) =>
        paths.flatMap((full) => {
          const value: number | undefined = record[full];
          if (value === undefined) return [];
          const part = full.startsWith('train') ? 'training' : 'validation';
          return [{ arm: armOf(one), line: `${info.id} ${part}`, part, epoch: record.epoch + 1, value }];
        }),
      ),
    ),
  );
}

/** How training went: a chart for each number, a line for each run. */
export async function epochCharts(measured: readonly Measured[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [path, title] of PANELS) {
    const values = readPoints(measured, path);
    if (values.length === 0) continue;
    const arms = [...new Set(values.map(({ arm }) => arm))];
    const single = values.every(({ epoch }) => epoch === values[0].epoch);
    figures.push(
      await makeFigure(
        {
          name: `epochs-${path.replaceAll('.', '-')}`,
          title,
          alt: `${title} over the epochs of ${arms.join(', ')}.`,
          caption: 'One line a run; the weights of the epoch with the lowest validation loss are scored.',
        },
        {
          width: PLOT_WIDTH,
          height: 180,
          data: { values },
          mark: { type: 'line', strokeWidth: 1.5, opacity: 0.8, point: single },
          encoding: {
            x: {
              field: 'epoch',
              type: 'quantitative',
              title: 'Epoch',
              scale: { zero: false },
              axis: { grid: false, tickMinStep: 1, format: 'd' },
            },
            y: { field: 'value', type: 'quantitative', title: null, scale: { zero: false } },
            color: armColor(arms),
            detail: { field: 'line' },
            ...(path.endsWith('.loss') ? { strokeDash: PARTS } : {}),
          },
        },
      ),
    );
  }
  return figures;
}
