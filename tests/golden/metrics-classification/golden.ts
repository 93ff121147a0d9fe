import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

type Averages = Readonly<Record<'macro' | 'micro' | 'weighted', number>> & { readonly none: readonly number[] };
type Ratios = Readonly<Record<'sensitivity' | 'precision' | 'f1' | 'f2', Averages>>;
type Norms = Readonly<Record<'l1' | 'l2' | 'max', number>>;

interface GoldenBinary {
  readonly yTrue: number[];
  readonly yPred: number[];
  readonly weight: number[] | null;
  readonly threshold: number;
  readonly sklearn: Readonly<
    Record<
      | 'accuracy'
      | 'balancedAccuracy'
      | 'sensitivity'
      | 'specificity'
      | 'precision'
      | 'negativePredictiveValue'
      | 'f1'
      | 'f2'
      | 'fHalf'
      | 'iou'
      | 'matthewsCorrelation'
      | 'cohenKappa'
      | 'auc'
      | 'averagePrecision'
      | 'brierScore',
      number
    >
  > & {
    readonly confusion: Readonly<Record<'tp' | 'fp' | 'fn' | 'tn', number>>;
    readonly partialAuc: Readonly<Record<string, number>>;
    readonly roc: Readonly<Record<'fpr' | 'tpr' | 'thresholds', number[]>>;
    readonly precisionRecallCurve: Readonly<Record<'precision' | 'recall' | 'thresholds', number[]>>;
  };
  readonly torchmetrics: {
    readonly calibrationError: Norms;
    readonly sensitivityAtSpecificity: Readonly<Record<string, number>>;
    readonly specificityAtSensitivity: Readonly<Record<string, number>>;
  };
}

interface GoldenClasses {
  readonly yTrue: number[];
  readonly yPred: number[][];
  readonly weight: number[] | null;
  readonly sklearn: Readonly<Record<'accuracy' | 'balancedAccuracy' | 'matthewsCorrelation' | 'brierScore', number>> & {
    readonly confusionMatrix: number[][];
    readonly cohenKappa: Readonly<Record<'none' | 'linear' | 'quadratic', number>>;
    readonly zeroDivision0: Ratios;
    readonly zeroDivisionNaN: Ratios;
    readonly foreground: Ratios;
    readonly iou: Averages;
    readonly auc: Averages | null;
    readonly averagePrecision: Averages | null;
  };
  readonly torchmetrics: {
    readonly specificity: Pick<Averages, 'macro' | 'micro' | 'none'>;
    readonly calibrationError: Norms;
  } | null;
}

interface GoldenLabels {
  readonly yTrue: number[][];
  readonly yPred: number[][];
  readonly weight: number[] | null;
  readonly sklearn: Readonly<Record<'iou' | 'auc' | 'averagePrecision', Averages>> & { readonly zeroDivision0: Ratios };
}

interface GoldenDelong {
  readonly yTrue: number[];
  readonly a: number[];
  readonly b: number[];
  readonly level: number;
  readonly interval: Readonly<Record<'value' | 'standardError', number>> &
    Readonly<Record<'identity' | 'logit', readonly [number, number]>>;
  readonly test: Readonly<
    Record<'aucA' | 'aucB' | 'difference' | 'standardError' | 'low' | 'high' | 'z' | 'p', number>
  >;
}

interface Golden {
  readonly binary: Readonly<Record<'plain' | 'weighted' | 'allTied' | 'onlyPositives' | 'onlyNegatives', GoldenBinary>>;
  readonly classes: Readonly<Record<'plain' | 'weighted' | 'oneNeverTrue' | 'oneNeverTrueOrPredicted', GoldenClasses>>;
  readonly labels: Readonly<Record<'plain' | 'weighted', GoldenLabels>>;
  readonly delong: Readonly<Record<'plain' | 'reversed', GoldenDelong>>;
  readonly bootstrap: {
    readonly data: number[];
    readonly level: number;
    readonly value: number;
    readonly replicates: number[];
    readonly jackknife: number[];
    readonly standardError: number;
    readonly percentile: readonly [number, number];
    readonly bca: readonly [number, number];
  };
  readonly normal: Readonly<Record<'erfc' | 'cdf' | 'quantile', readonly (readonly [number, number])[]>>;
}

const words: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY };

/** What the script beside it wrote, with the numbers that JSON lacks. */
export const golden: Golden = JSON.parse(
  readFileSync(new URL('metrics-classification.json', import.meta.url), 'utf8'),
  (_, value) => (typeof value === 'string' ? (words[value] ?? value) : value),
);

/** Expects the same structure, and numbers equal to `tolerance`, relative to those above 1. */
export function expectClose(actual: unknown, expected: unknown, tolerance = 1e-12): void {
  if (typeof expected === 'number') {
    expect(actual).toBeTypeOf('number');
    const bound = tolerance * Math.max(1, Math.abs(expected));
    if (!(Math.abs((actual as number) - expected) <= bound)) expect(actual).toBe(expected);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object)).toEqual(expect.arrayContaining(Object.keys(expected)));
    expect(Object.keys(actual as object)).toHaveLength(Object.keys(expected).length);
    for (const [key, value] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], value, tolerance);
    }
  } else {
    expect(actual).toEqual(expected);
  }
}
