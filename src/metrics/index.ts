export { accuracy } from './accuracy';
export { type AucOptions, auc } from './auc';
export type { Average, Averaged, AverageOptions } from './average';
export { averagePrecision } from './average-precision';
export { type AverageSurfaceDistanceOptions, averageSurfaceDistance } from './average-surface-distance';
export { balancedAccuracy } from './balanced-accuracy';
export { bootstrapInterval, type Statistic } from './bootstrap-interval';
export { type BrierState, brierScore } from './brier-score';
export { type CalibrationBin, calibrationCurve } from './calibration-curve';
export { type CalibrationOptions, type CalibrationState, calibrationError } from './calibration-error';
export type { Chunks } from './chunks';
export { type CohenKappaOptions, cohenKappa } from './cohen-kappa';
export type { Interval, LevelOptions } from './confidence';
export { confusion } from './confusion';
export { confusionMatrix } from './confusion-matrix';
export type { ConfusionState, Counts, DecisionOptions } from './confusion-table';
export type { CountsOptions } from './counts-metric';
export { type DelongOptions, delongInterval } from './delong-interval';
export { type DelongTestResult, delongTest } from './delong-test';
export { dice } from './dice';
export { dicePerImage, type OverlapPerImageOptions } from './dice-per-image';
export { type DistanceTransformOptions, distanceTransform } from './distance-transform';
export type { ZeroDivisionOptions } from './divide';
export type { EmptyDistance, EmptyOverlap } from './empty-mask';
export { f1, fBeta } from './f-beta';
export { type HausdorffOptions, hausdorff } from './hausdorff';
export { holm } from './holm';
export { type BootstrapInterval, type IntervalOptions, type IntervalState, interval } from './interval';
export { iou } from './iou';
export { iouPerImage } from './iou-per-image';
export type { ScoresState } from './kept-scores';
export type { MaskOptions } from './masks';
export { matthewsCorrelation } from './matthews-correlation';
export { negativePredictiveValue } from './negative-predictive-value';
export {
  type OperatingPoint,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
  youdenIndex,
} from './operating-point';
export type { ImageScores, PerImageMetric, PerImageScores, PerImageState } from './per-image';
export { precision } from './precision';
export { type PrecisionRecallCurve, precisionRecallCurve } from './precision-recall-curve';
export { quantiles } from './quantiles';
export type { RankingOptions } from './ranking-metric';
export type { TargetOptions } from './read-targets';
export type { ResamplingOptions } from './resampling';
export { type RocCurve, roc } from './roc';
export { type RocBand, type RocBandOptions, rocBand } from './roc-band';
export { score } from './score';
export { sensitivity } from './sensitivity';
export { specificity } from './specificity';
export { type SurfaceDiceOptions, surfaceDice } from './surface-dice';
export type { SurfaceDistanceOptions, SurfaceOptions } from './surface-distances';
export type { TableOptions } from './table-metric';
export { type WilcoxonOptions, type WilcoxonResult, wilcoxonSignedRank } from './wilcoxon-signed-rank';
