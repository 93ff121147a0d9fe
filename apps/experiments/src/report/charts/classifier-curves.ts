import { calibrationCurve, precisionRecallCurve, rocBand, score } from 'tfjs-multitask/metrics';
import { armOf } from '../contenders';
import { CALIBRATION_BINS, type Measured } from '../measure';
import type { TestCase } from '../replicates';
import { armColor, type Figure, makeFigure, PLOT_WIDTH } from './figure';

export interface CurveOptions {
  readonly resamples: number;
  readonly groupOf: (id: string) => string;
  /** Only the test images of this source. */
  readonly source?: string;
}

interface Classified {
  readonly arm: string;
  readonly ids: readonly string[];
  readonly truth: readonly number[];
  /** Of each seed. */
  readonly probabilities: readonly (readonly number[])[];
}

/** The test images with a known class, and what each seed says of them; none where one class is missing. */
function readClassified(measured: readonly Measured[], source?: string): Classified[] {
  return measured.flatMap((one) => {
    if (one.replicates.length === 0) return [];
    const [{ cases }] = one.replicates;
    const ids = one.ids.filter((id) => {
      const { truth, probability, source: own } = cases.get(id) as TestCase;
      return truth !== null && probability !== null && (source === undefined || own === source);
    });
    const truth = ids.map((id) => (cases.get(id) as TestCase).truth as number);
    if (!truth.includes(0) || !truth.includes(1)) return [];
    const probabilities = one.replicates.map((replicate) =>
      ids.map((id) => (replicate.cases.get(id) as TestCase).probability as number),
    );
    return [{ arm: armOf(one), ids, truth, probabilities }];
  });
}

const RATE = { values: [0, 0.2, 0.4, 0.6, 0.8, 1] };
const UNIT = { domain: [0, 1] };
const quantitative = (field: string, title: string) =>
  ({ field, type: 'quantitative', title, axis: RATE, scale: UNIT }) as const;

const DIAGONAL = {
  data: { values: [{ x: 0 }, { x: 1 }] },
  mark: { type: 'line', color: '#9a9a9a', strokeDash: [5, 4], strokeWidth: 1.5 },
  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'x', type: 'quantitative' } },
} as const;

const SQUARE = { width: PLOT_WIDTH, height: PLOT_WIDTH };
const LINE = { type: 'line', strokeWidth: 2.5, clip: false, strokeJoin: 'round' } as const;

const among = (source?: string): string => (source === undefined ? 'all test images' : `test images of ${source}`);

/** ROC curves, the mean over seeds, each with its band. */
export async function rocChart(measured: readonly Measured[], options: CurveOptions): Promise<Figure | null> {
  const { resamples, groupOf, source } = options;
  const classified = readClassified(measured, source);
  if (classified.length === 0) return null;
  const points: { arm: string; fpr: number; tpr: number; low: number; high: number }[] = [];
  for (const { arm, ids, truth, probabilities } of classified) {
    const band = await rocBand(truth, probabilities, { resamples, seed: 1, groups: ids.map(groupOf) });
    for (const [i, fpr] of band.fpr.entries()) {
      points.push({ arm, fpr, tpr: band.tpr[i], low: band.low[i], high: band.high[i] });
    }
  }
  const arms = classified.map(({ arm }) => arm);
  const color = armColor(arms);
  const x = quantitative('fpr', 'False positive rate (1 − specificity)');
  const title = 'True positive rate (sensitivity)';
  return makeFigure(
    {
      name: source === undefined ? 'roc' : 'roc-one-source',
      title: source === undefined ? 'ROC, all test images' : `ROC, ${source} alone`,
      alt: `ROC curves of ${arms.join(' and ')} on ${among(source)}; the areas under them are in the tables.`,
      caption:
        'Mean over seeds of the sensitivity at each false positive rate, with its 95 % bootstrap band over images ' +
        '(at each rate by itself).',
    },
    {
      ...SQUARE,
      layer: [
        DIAGONAL,
        // A layer for each band: coloured by their field they would fill the signs of the legend.
        ...color.scale.domain.map((arm, i) => ({
          data: { values: points.filter((point) => point.arm === arm) },
          mark: { type: 'area', opacity: 0.18, color: color.scale.range[i] },
          encoding: { x, y: quantitative('low', title), y2: { field: 'high' } },
        })),
        { data: { values: points }, mark: LINE, encoding: { x, y: quantitative('tpr', title), color } },
      ],
    },
  );
}

const RECALLS = Array.from({ length: 101 }, (_, i) => i / 100);

/** The precision at the lowest recall that reaches each of `RECALLS`. */
function precisionAt(precision: readonly number[], recall: readonly number[]): number[] {
  return RECALLS.map((asked) => precision[recall.findLastIndex((value) => value >= asked - 1e-12)]);
}

/** Precision-recall curves, the mean over seeds. */
export async function precisionRecallChart(measured: readonly Measured[]): Promise<Figure | null> {
  const classified = readClassified(measured);
  if (classified.length === 0) return null;
  const points: object[] = [];
  for (const { arm, truth, probabilities } of classified) {
    const curves: number[][] = [];
    for (const each of probabilities) {
      const { precision, recall } = await score(precisionRecallCurve(), truth, each);
      curves.push(precisionAt(precision, recall));
    }
    RECALLS.forEach((recall, i) => {
      const precision = curves.reduce((sum, curve) => sum + curve[i], 0) / curves.length;
      if (recall > 0) points.push({ arm, recall, precision });
    });
  }
  const [{ truth }] = classified;
  const share = truth.filter((value) => value === 1).length / truth.length;
  const arms = classified.map(({ arm }) => arm);
  return makeFigure(
    {
      name: 'precision-recall',
      title: 'Precision and recall, all test images',
      alt: `Precision against recall of ${arms.join(' and ')}; the average precisions are in the tables.`,
      caption: `Mean over seeds of the precision at each recall. Dashed: the share of COVID-19 among the images, ${share.toFixed(2)}.`,
    },
    {
      ...SQUARE,
      layer: [
        {
          data: { values: [{ share }] },
          mark: { type: 'rule', color: '#9a9a9a', strokeDash: [5, 4], strokeWidth: 1.5 },
          encoding: { y: { field: 'share', type: 'quantitative' } },
        },
        {
          data: { values: points },
          mark: LINE,
          encoding: {
            x: quantitative('recall', 'Recall (sensitivity)'),
            y: quantitative('precision', 'Precision'),
            color: armColor(arms),
          },
        },
      ],
    },
  );
}

/** Reliability diagrams: the predictions of all seeds, each by itself. */
export async function calibrationChart(measured: readonly Measured[]): Promise<Figure | null> {
  const classified = readClassified(measured);
  if (classified.length === 0) return null;
  const points: object[] = [];
  for (const { arm, truth, probabilities } of classified) {
    const every = probabilities.flatMap(() => truth);
    const bins = await score(calibrationCurve({ bins: CALIBRATION_BINS }), every, probabilities.flat());
    for (const { weight, predicted, observed } of bins) {
      if (weight > 0) points.push({ arm, predicted, observed, images: weight / probabilities.length });
    }
  }
  const arms = classified.map(({ arm }) => arm);
  const encoding = {
    x: quantitative('predicted', 'Mean predicted probability'),
    y: quantitative('observed', 'Share that has COVID-19'),
    color: armColor(arms),
  };
  return makeFigure(
    {
      name: 'calibration',
      title: 'Calibration, all test images',
      alt: `Reliability diagram of ${arms.join(' and ')}; the calibration errors are in the tables.`,
      caption: `${CALIBRATION_BINS} bins of the probability, the predictions of all seeds together; the larger a dot, the more images. On the dashed line a model is calibrated.`,
    },
    {
      ...SQUARE,
      layer: [
        DIAGONAL,
        { data: { values: points }, mark: { ...LINE, strokeWidth: 1.5 }, encoding },
        {
          data: { values: points },
          mark: { type: 'circle', opacity: 0.9 },
          encoding: {
            ...encoding,
            size: { field: 'images', type: 'quantitative', scale: { range: [20, 260], zero: true }, legend: null },
          },
        },
      ],
    },
  );
}
