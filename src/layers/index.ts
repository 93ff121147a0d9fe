/**
 * Parts of a model and the layers that they are made of.
 *
 * PascalCase makes a part of a model: layers are classes and need `new` (`new GroupNorm()`); encoders, decoders and heads
 * are functions and do not (`UNetEncoder()`). camelCase connects parts: `convBlock`, `withDecoder`, `attach`.
 *
 * @module tfjs-multitask/layers
 */

export { AttentionGate, type AttentionGateOptions } from './attention-gate';
export { BilinearUpsampling } from './bilinear-upsampling';
export { type ConvBlockOptions, convBlock } from './blocks/conv-block';
export type { Norm } from './blocks/norm';
export type { Skips, Upsample } from './blocks/up-path';
export { type AttachOptions, attach } from './builders/attach';
export { ConvEncoder, type ConvEncoderOptions } from './builders/conv-encoder';
export { MLPHead, type MLPHeadOptions } from './builders/mlp-head';
export { SegmentationHead, type SegmentationHeadOptions } from './builders/segmentation-head';
export { UNetDecoder, type UNetDecoderOptions } from './builders/unet-decoder';
export { UNetEncoder, type UNetEncoderOptions } from './builders/unet-encoder';
export { type WithDecoderOptions, withDecoder } from './builders/with-decoder';
export type { Activation } from './core/activation';
export type { ChannelNormOptions } from './norm/channel-norm';
export { GroupNorm, type GroupNormOptions } from './norm/group-norm';
export { InstanceNorm, type InstanceNormOptions } from './norm/instance-norm';
export { registerLayers } from './register';
export { SeededDropout, type SeededDropoutOptions, setDropoutStep } from './seeded-dropout';
export { CrossStitch, type CrossStitchOptions, type StitchPer } from './sharing/cross-stitch';
export { ExpertMixture } from './sharing/expert-mixture';
export { Film, type FilmOptions } from './sharing/film';
export { type DistanceKind, ParameterDistance, type ParameterDistanceOptions } from './sharing/parameter-distance';
export { RepeatBatch, type RepeatBatchOptions } from './sharing/repeat-batch';
export { SliceBatch, type SliceBatchOptions } from './sharing/slice-batch';
export { SubspaceMix, type SubspaceMixOptions } from './sharing/subspace-mix';
