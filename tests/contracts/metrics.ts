import fc from 'fast-check';
import {
  accuracy,
  auc,
  averagePrecision,
  averageSurfaceDistance,
  balancedAccuracy,
  brierScore,
  calibrationCurve,
  calibrationError,
  cohenKappa,
  confusion,
  confusionMatrix,
  delongInterval,
  dice,
  dicePerImage,
  f1,
  fBeta,
  hausdorff,
  interval,
  iou,
  iouPerImage,
  matthewsCorrelation,
  negativePredictiveValue,
  precision,
  precisionRecallCurve,
  roc,
  sensitivity,
  sensitivityAtSpecificity,
  specificity,
  specificityAtSensitivity,
  surfaceDice,
  youdenIndex,
} from '../../src/metrics/index';
import type { AnyMetric, Output } from '../../src/types';

export interface MetricCase {
  readonly metric: AnyMetric;
  /** What depends neither on the order of the samples nor on whether one weighs 2 or comes twice. Default: all of it. */
  readonly invariant?: (result: never) => unknown;
}

const binary: Record<string, MetricCase> = {
  confusion: { metric: confusion() },
  confusionMatrix: { metric: confusionMatrix() },
  accuracy: { metric: accuracy() },
  balancedAccuracy: { metric: balancedAccuracy() },
  sensitivity: { metric: sensitivity() },
  specificity: { metric: specificity() },
  precision: { metric: precision() },
  negativePredictiveValue: { metric: negativePredictiveValue() },
  fBeta: { metric: fBeta(2) },
  f1: { metric: f1() },
  dice: { metric: dice() },
  iou: { metric: iou() },
  matthewsCorrelation: { metric: matthewsCorrelation() },
  cohenKappa: { metric: cohenKappa() },
  roc: { metric: roc() },
  auc: { metric: auc() },
  'auc, partial': { metric: auc({ maxFpr: 0.3 }) },
  precisionRecallCurve: { metric: precisionRecallCurve() },
  averagePrecision: { metric: averagePrecision() },
  sensitivityAtSpecificity: { metric: sensitivityAtSpecificity(0.7) },
  specificityAtSensitivity: { metric: specificityAtSensitivity(0.7) },
  youdenIndex: { metric: youdenIndex() },
  calibrationCurve: { metric: calibrationCurve({ bins: 4 }) },
  calibrationError: { metric: calibrationError({ bins: 4 }) },
  brierScore: { metric: brierScore() },
  delongInterval: { metric: delongInterval() },
  // Which samples are drawn depends on their order and number.
  interval: {
    metric: interval(sensitivity(), { resamples: 5, seed: 1 }),
    invariant: ({ value }: { value: number }) => value,
  },
};

const classes: Record<string, MetricCase> = {
  confusion: { metric: confusion({ classes: 3 }) },
  accuracy: { metric: accuracy({ classes: 3 }) },
  'dice, weighted': { metric: dice({ classes: 3, average: 'weighted' }) },
  'cohenKappa, linear': { metric: cohenKappa({ classes: 3, disagreement: 'linear' }) },
  'auc, of each class': { metric: auc({ classes: 3, average: 'none' }) },
  'auc, of all': { metric: auc({ classes: 3, average: 'micro' }) },
  calibrationCurve: { metric: calibrationCurve({ classes: 3, bins: 4 }) },
  calibrationError: { metric: calibrationError({ classes: 3 }) },
  brierScore: { metric: brierScore({ classes: 3 }) },
};

const labels: Record<string, MetricCase> = {
  confusion: { metric: confusion({ labels: 3 }) },
  accuracy: { metric: accuracy({ labels: 3 }) },
  'iou, of each label': { metric: iou({ labels: 3, average: 'none' }) },
  averagePrecision: { metric: averagePrecision({ labels: 3 }) },
};

/** Besides the mean there is a score of each image, in their order, and the number of images. */
const invariant = ({ value, classes }: { value: number; classes: { value: number }[] }) => [
  value,
  classes.map((each) => each.value),
];

const images: Record<string, MetricCase> = {
  dicePerImage: { metric: dicePerImage(), invariant },
  'dicePerImage, an empty mask scores 1': { metric: dicePerImage({ empty: 'one' }), invariant },
  iouPerImage: { metric: iouPerImage(), invariant },
  hausdorff: { metric: hausdorff({ percentile: 95 }), invariant },
  averageSurfaceDistance: { metric: averageSurfaceDistance(), invariant },
  surfaceDice: { metric: surfaceDice({ tolerance: 1 }), invariant },
};

/** A sample: its label, its prediction and its weight. */
export interface Given {
  readonly y: unknown;
  readonly p: unknown;
  readonly w: number;
}

// Scores are eighths, which floating point adds without rounding.
const eighths = fc.integer({ min: 0, max: 8 }).map((k) => k / 8);
const w = fc.integer({ min: 0, max: 3 });
const bit = fc.constantFrom(0, 1);
const three = <V>(each: fc.Arbitrary<V>) => fc.tuple(each, each, each);

const one = { kind: 'probability', width: 1 } as const;

/** Every metric, with samples of the kind that it reads. */
export const METRICS: Record<
  string,
  {
    readonly cases: Record<string, MetricCase>;
    readonly one: fc.Arbitrary<Given>;
    /** What a task's output is that gives such predictions. */
    readonly output: Output;
  }
> = {
  'two classes': { cases: binary, one: fc.record({ y: bit, p: eighths, w }), output: one },
  pixels: { cases: binary, one: fc.record({ y: fc.tuple(three(bit)), p: fc.tuple(three(eighths)), w }), output: one },
  classes: {
    cases: classes,
    one: fc.record({ y: fc.constantFrom(0, 1, 2), p: three(eighths), w }),
    output: { kind: 'distribution', width: 3 },
  },
  labels: {
    cases: labels,
    one: fc.record({ y: three(bit), p: three(eighths), w }),
    output: { kind: 'probability', width: 3 },
  },
  images: { cases: images, one: fc.record({ y: three(three(bit)), p: three(three(eighths)), w }), output: one },
};

/** Samples as the arguments of `update`. */
export const valuesOf = (given: readonly Given[]) =>
  [given.map(({ y }) => y), given.map(({ p }) => p), given.map((each) => each.w)] as [number[], number[], number[]];

/** The same samples at every call. */
export const fixedSamples = (one: fc.Arbitrary<Given>, count: number): Given[] =>
  fc.sample(fc.array(one, { minLength: count, maxLength: count }), { numRuns: 1, seed: 1 })[0];
