export { type BrierState, brierScore } from './calibration/brier-score';
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
export { f1, fBeta } from './confusion/f-beta';
export { iou } from './confusion/iou';
export { matthewsCorrelation } from './confusion/matthews-correlation';
export { negativePredictiveValue } from './confusion/negative-predictive-value';
export { precision } from './confusion/precision';
export { sensitivity } from './confusion/sensitivity';
export { specificity } from './confusion/specificity';
export type { TableOptions, TableValue } from './confusion/table-metric';
export type { Average, Averaged, AverageOptions } from './core/average';
export type { Chunks } from './core/chunks';
export type { DecisionOptions } from './core/decisions';
export type { ZeroDivisionOptions } from './core/divide';
export type { IgnoreOptions, TargetOptions } from './core/read-targets';
export { type AucOptions, auc } from './ranking/auc';
export { averagePrecision } from './ranking/average-precision';
export type { ScoresState } from './ranking/kept-scores';
export {
  type OperatingPoint,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  youdenIndex,
} from './ranking/operating-point';
export { type PrecisionRecallCurve, precisionRecallCurve } from './ranking/precision-recall-curve';
export type { RankingOptions } from './ranking/ranking-metric';
export { type RocCurve, roc } from './ranking/roc';
export { score } from './score';
export { type AverageSurfaceDistanceOptions, averageSurfaceDistance } from './segmentation/average-surface-distance';
export { dicePerImage, type OverlapPerImageOptions } from './segmentation/dice-per-image';
export { type DistanceTransformOptions, distanceTransform } from './segmentation/distance-transform';
export type { EmptyDistance, EmptyOverlap } from './segmentation/empty-mask';
export { type HausdorffOptions, hausdorff } from './segmentation/hausdorff';
export { iouPerImage } from './segmentation/iou-per-image';
export type { MaskOptions } from './segmentation/masks';
export type { ImageScores, PerImageMetric, PerImageScores, PerImageState } from './segmentation/per-image';
export { type SurfaceDiceOptions, surfaceDice } from './segmentation/surface-dice';
export type { SurfaceDistanceOptions, SurfaceOptions } from './segmentation/surface-distances';
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
