/**
 * Metrics over plain numbers, with curves, intervals and tests. They need no model, no tensor and no backend.
 *
 * @module tfjs-multitask/metrics
 */

export { brierScore } from './calibration/brier-score';
export { type CalibrationBin, calibrationCurve } from './calibration/calibration-curve';
export { type CalibrationOptions, type CalibrationState, calibrationError } from './calibration/calibration-error';
export { accuracy } from './confusion/accuracy';
export { balancedAccuracy } from './confusion/balanced-accuracy';
export { type CohenKappaOptions, cohenKappa } from './confusion/cohen-kappa';
export { confusion } from './confusion/confusion';
export { confusionMatrix } from './confusion/confusion-matrix';
export type { ConfusionState, Counts } from './confusion/confusion-table';
export type { CountsOptions } from './confusion/counts-metric';
export { dice } from './confusion/dice';
export { exactMatch } from './confusion/exact-match';
export { f1, fBeta } from './confusion/f-beta';
export { fowlkesMallows } from './confusion/fowlkes-mallows';
export { iou } from './confusion/iou';
export { markedness } from './confusion/markedness';
export { matthewsCorrelation } from './confusion/matthews-correlation';
export { negativePredictiveValue } from './confusion/negative-predictive-value';
export { precision } from './confusion/precision';
export { prevalenceThreshold } from './confusion/prevalence-threshold';
export { sensitivity } from './confusion/sensitivity';
export { specificity } from './confusion/specificity';
export type { TableOptions, TableValue } from './confusion/table-metric';
export { topKAccuracy } from './confusion/top-k-accuracy';
export type { Average, Averaged, AverageOptions } from './core/average';
export type { Chunks } from './core/chunks';
export type { DecisionOptions } from './core/decisions';
export type { ZeroDivisionOptions } from './core/divide';
export type { ImageScores } from './core/image-scores';
export type { MeanState } from './core/mean-of-cases';
export type { IgnoreOptions, TargetOptions } from './core/read-targets';
export type { ImageOptions, ImageScoresState } from './image/image-metric';
export { multiScaleStructuralSimilarity } from './image/multi-scale-structural-similarity';
export { peakSignalToNoiseRatio } from './image/peak-signal-to-noise-ratio';
export { structuralSimilarity } from './image/structural-similarity';
export { type AucOptions, auc } from './ranking/auc';
export { averagePrecision } from './ranking/average-precision';
export { type BinnedAucOptions, type BinnedScoresState, binnedAuc } from './ranking/binned-auc';
export type { ScoresState } from './ranking/kept-scores';
export { type OneVsOneAucOptions, oneVsOneAuc } from './ranking/one-vs-one-auc';
export {
  type OperatingPoint,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  youdenIndex,
} from './ranking/operating-point';
export { type PrecisionRecallCurve, precisionRecallCurve } from './ranking/precision-recall-curve';
export type { RankingOptions } from './ranking/ranking-metric';
export { type RocCurve, roc } from './ranking/roc';
export { readValues } from './read-values';
export { concordanceCorrelation } from './regression/concordance-correlation';
export { meanAbsoluteError } from './regression/mean-absolute-error';
export type { MomentsState } from './regression/moments-metric';
export type { RegressionOptions, RegressionValue } from './regression/outputs-metric';
export { pearsonCorrelation } from './regression/pearson-correlation';
export { rSquared } from './regression/r-squared';
export { rootMeanSquaredError } from './regression/root-mean-squared-error';
export { type PairsState, spearmanCorrelation } from './regression/spearman-correlation';
export { score } from './score';
export { type AverageSurfaceDistanceOptions, averageSurfaceDistance } from './segmentation/average-surface-distance';
export { dicePerImage, type OverlapPerImageOptions } from './segmentation/dice-per-image';
export {
  type DistanceMetric,
  type DistanceTransformOptions,
  distanceTransform,
} from './segmentation/distance-transform';
export type { EmptyDistance, EmptyOverlap } from './segmentation/empty-mask';
export { type HausdorffOptions, hausdorff } from './segmentation/hausdorff';
export { iouPerImage } from './segmentation/iou-per-image';
export type { MaskOptions } from './segmentation/masks';
export type { ImageAverageOptions, PerImageMetric, PerImageScores, PerImageState } from './segmentation/per-image';
export { type SurfaceDiceOptions, surfaceDice } from './segmentation/surface-dice';
export type { SurfaceDistanceOptions, SurfaceElements, SurfaceOptions } from './segmentation/surface-distances';
export { bootstrapInterval, type Statistic } from './statistics/bootstrap-interval';
export type { ConfidenceOptions, Interval } from './statistics/confidence';
export { type DelongOptions, delongInterval } from './statistics/delong-interval';
export { type DelongTestResult, delongTest } from './statistics/delong-test';
export { holm } from './statistics/holm';
export { type BootstrapInterval, type IntervalOptions, type IntervalState, interval } from './statistics/interval';
export { quantiles } from './statistics/quantiles';
export type { ResamplingOptions } from './statistics/resampling';
export { type RocBand, type RocBandOptions, rocBand } from './statistics/roc-band';
export { type WilcoxonOptions, type WilcoxonResult, wilcoxonSignedRank } from './statistics/wilcoxon-signed-rank';
