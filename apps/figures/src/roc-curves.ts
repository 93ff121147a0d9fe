import { checkNames, PALETTE, renderChart } from './render';

/** A ROC curve, in the order of its thresholds. */
export interface RocCurve {
  readonly name: string;
  /** False positive rates (1 - specificity). */
  readonly fpr: ArrayLike<number>;
  /** True positive rates (sensitivity), one for each of `fpr`. */
  readonly tpr: ArrayLike<number>;
  /** With its 95 % confidence interval, NaN where there is none. */
  readonly auc: { readonly value: number; readonly low: number; readonly high: number };
}

export interface RocCurvesOptions {
  /** The models of all figures, where there are more than curves: each then has the colour that it has there. */
  readonly models?: readonly string[];
}

/** A PNG with the ROC curves of several models and their areas. */
export async function rocCurves(curves: readonly RocCurve[], { models = [] }: RocCurvesOptions = {}): Promise<Buffer> {
  checkNames('rocCurves', curves);
  for (const { name, fpr, tpr } of curves) {
    if (fpr.length !== tpr.length) {
      throw new RangeError(`rocCurves: '${name}' must have as many tpr as fpr, got ${tpr.length} and ${fpr.length}.`);
    }
  }
  const labels = curves.map(({ name, auc: { value, low, high } }) => {
    const interval = Number.isNaN(low + high) ? '' : ` (95% CI ${low.toFixed(2)}–${high.toFixed(2)})`;
    return `${name}: AUC ${value.toFixed(2)}${interval}`;
  });
  const order = [...new Set([...models, ...curves.map(({ name }) => name)])];
  const colors = curves.map(({ name }) => PALETTE[order.indexOf(name) % PALETTE.length]);
  const points = curves.flatMap(({ fpr, tpr }, k) =>
    Array.from(fpr, (x, i) => ({ curve: labels[k], fpr: x, tpr: tpr[i], place: i })),
  );
  const axis = { values: [0, 0.2, 0.4, 0.6, 0.8, 1] };
  const scale = { domain: [0, 1] };
  return renderChart({
    title: 'ROC curves on the test images',
    width: 400,
    height: 400,
    layer: [
      {
        data: { values: [0, 1].map((x) => ({ x })) },
        mark: { type: 'line', color: '#9a9a9a', strokeDash: [5, 4], strokeWidth: 1.5 },
        encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'x', type: 'quantitative' } },
      },
      {
        data: { values: points },
        mark: { type: 'line', strokeWidth: 2.5, clip: false, strokeJoin: 'round' },
        encoding: {
          x: { field: 'fpr', type: 'quantitative', title: 'False positive rate (1 − specificity)', axis, scale },
          y: { field: 'tpr', type: 'quantitative', title: 'True positive rate (sensitivity)', axis, scale },
          order: { field: 'place', type: 'quantitative' },
          color: {
            field: 'curve',
            type: 'nominal',
            scale: { domain: labels, range: colors },
            legend: { orient: 'bottom', columns: 1, title: null, symbolType: 'stroke', direction: 'vertical' },
          },
        },
      },
    ],
  });
}
