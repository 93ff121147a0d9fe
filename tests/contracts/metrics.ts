import { tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  accuracy,
  auc,
  averagePrecision,
  averageSurfaceDistance,
  balancedAccuracy,
  binnedAuc,
  brierScore,
  calibrationCurve,
  calibrationError,
  cohenKappa,
  concordanceCorrelation,
  confusion,
  confusionMatrix,
  delongInterval,
  dice,
  dicePerImage,
  exactMatch,
  f1,
  fBeta,
  fowlkesMallows,
  hausdorff,
  interval,
  iou,
  iouPerImage,
  markedness,
  matthewsCorrelation,
  meanAbsoluteError,
  multiScaleStructuralSimilarity,
  negativePredictiveValue,
  oneVsOneAuc,
  peakSignalToNoiseRatio,
  pearsonCorrelation,
  precision,
  precisionRecallCurve,
  prevalenceThreshold,
  roc,
  rootMeanSquaredError,
  rSquared,
  sensitivity,
  sensitivityAtSpecificity,
  spearmanCorrelation,
  specificity,
  specificityAtSensitivity,
  structuralSimilarity,
  surfaceDice,
  topKAccuracy,
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
  binnedAuc: { metric: binnedAuc({ thresholds: 5 }) },
  exactMatch: { metric: exactMatch() },
  fowlkesMallows: { metric: fowlkesMallows() },
  markedness: { metric: markedness() },
  prevalenceThreshold: { metric: prevalenceThreshold() },
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
  'accuracy, of each class': { metric: accuracy({ classes: 3, average: 'none' }) },
  'binnedAuc, of all': { metric: binnedAuc({ classes: 3, thresholds: 9, average: 'micro' }) },
  exactMatch: { metric: exactMatch({ classes: 3 }) },
  oneVsOneAuc: { metric: oneVsOneAuc({ classes: 3 }) },
  topKAccuracy: { metric: topKAccuracy(2, { classes: 3 }) },
  calibrationCurve: { metric: calibrationCurve({ classes: 3, bins: 4 }) },
  calibrationError: { metric: calibrationError({ classes: 3 }) },
  brierScore: { metric: brierScore({ classes: 3 }) },
};

const labels: Record<string, MetricCase> = {
  confusion: { metric: confusion({ labels: 3 }) },
  accuracy: { metric: accuracy({ labels: 3 }) },
  'iou, of each label': { metric: iou({ labels: 3, average: 'none' }) },
  averagePrecision: { metric: averagePrecision({ labels: 3 }) },
  exactMatch: { metric: exactMatch({ labels: 3 }) },
};

const values: Record<string, MetricCase> = {
  concordanceCorrelation: { metric: concordanceCorrelation() },
  meanAbsoluteError: { metric: meanAbsoluteError() },
  pearsonCorrelation: { metric: pearsonCorrelation() },
  rootMeanSquaredError: { metric: rootMeanSquaredError() },
  rSquared: { metric: rSquared() },
  spearmanCorrelation: { metric: spearmanCorrelation() },
};

const outputs: Record<string, MetricCase> = {
  'pearsonCorrelation, of each output': { metric: pearsonCorrelation({ outputs: 3, average: 'none' }) },
  'rootMeanSquaredError, the mean of the outputs': { metric: rootMeanSquaredError({ outputs: 3 }) },
  'spearmanCorrelation, of each output': { metric: spearmanCorrelation({ outputs: 3, average: 'none' }) },
};

const imageValue = ({ value }: { value: number }) => value;

const pictures: Record<string, MetricCase> = {
  peakSignalToNoiseRatio: { metric: peakSignalToNoiseRatio(), invariant: imageValue },
  structuralSimilarity: { metric: structuralSimilarity(), invariant: imageValue },
};

const largePictures: Record<string, MetricCase> = {
  multiScaleStructuralSimilarity: { metric: multiScaleStructuralSimilarity(), invariant: imageValue },
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
  'hausdorff, areas': { metric: hausdorff({ percentile: 95, elements: 'area' }), invariant },
  'averageSurfaceDistance, areas': { metric: averageSurfaceDistance({ elements: 'area' }), invariant },
  'surfaceDice, areas': { metric: surfaceDice({ elements: 'area' }), invariant },
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
/** Waves whose phase is drawn. */
const plane = (side: number) =>
  fc
    .integer({ min: 0, max: 7 })
    .map((phase) =>
      Array.from({ length: side }, (_, i) =>
        Array.from({ length: side }, (_, j) => (4 + Math.round(3 * Math.sin((i * j) / 9 + phase))) / 8),
      ),
    );
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
    /** How often a property is tried. Default: 15. */
    readonly runs?: number;
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
  values: { cases: values, one: fc.record({ y: eighths, p: eighths, w }), output: { kind: 'value', width: 1 } },
  outputs: {
    cases: outputs,
    one: fc.record({ y: three(eighths), p: three(eighths), w }),
    output: { kind: 'value', width: 3 },
  },
  pictures: { cases: pictures, one: fc.record({ y: plane(12), p: plane(12), w }), output: one },
  'large pictures': { cases: largePictures, one: fc.record({ y: plane(176), p: plane(176), w }), output: one, runs: 2 },
  images: { cases: images, one: fc.record({ y: three(three(bit)), p: three(three(eighths)), w }), output: one },
};

/** Samples as the arguments of `update`. */
export const valuesOf = (given: readonly Given[]) =>
  [given.map(({ y }) => y), given.map(({ p }) => p), given.map((each) => each.w)] as [number[], number[], number[]];

/** Labels of whole numbers as integers, as most labels are; others as floats. */
export const labelTensor = (yTrue: number[]) =>
  tensor(yTrue, undefined, yTrue.flat(4).every(Number.isInteger) ? 'int32' : 'float32');

/** The same samples at every call. */
export const fixedSamples = (one: fc.Arbitrary<Given>, count: number): Given[] =>
  fc.sample(fc.array(one, { minLength: count, maxLength: count }), { numRuns: 1, seed: 1 })[0];
