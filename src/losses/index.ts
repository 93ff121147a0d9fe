/**
 * Losses that return one value per sample, each with the settings that match other libraries.
 *
 * @module tfjs-multitask/losses
 */

export { type BceOptions, bce } from './bce';
export { type BinaryFocalOptions, binaryFocal } from './binary-focal';
export { type BoundaryOptions, boundary } from './boundary';
export { type CategoricalFocalOptions, categoricalFocal } from './categorical-focal';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy';
export type { IgnoreOptions } from './define-loss';
export { type FocalTverskyOptions, focalTversky } from './focal-tversky';
export { type GeneralizedDiceOptions, generalizedDice } from './generalized-dice';
export { type HausdorffOptions, hausdorff } from './hausdorff';
export { type HuberOptions, huber } from './huber';
export { type JaccardOptions, jaccard } from './jaccard';
export { type KlDivergenceOptions, klDivergence } from './kl-divergence';
export { type LossMetricState, lossMetric } from './loss-metric';
export { type LovaszHingeOptions, lovaszHinge } from './lovasz-hinge';
export type { LovaszOptions } from './lovasz-rows';
export { lovaszSoftmax } from './lovasz-softmax';
export { type MaeOptions, mae } from './mae';
export { type MarginLossOptions, marginLoss } from './margin-loss';
export { type MseOptions, mse } from './mse';
export { type OrdinalOptions, ordinal } from './ordinal';
export { type LossPerClass, perClass } from './per-class';
export { type PinballOptions, pinball } from './pinball';
export type { RegionOptions, Smoothing } from './region-loss';
export { type SoftDiceOptions, softDice } from './soft-dice';
export { type SparseCrossEntropyOptions, sparseCrossEntropy } from './sparse-cross-entropy';
export { type SsimOptions, ssim } from './ssim';
export { type SumOfOptions, sumOf } from './sum-of';
export { type TverskyOptions, tversky } from './tversky';
