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
export { CapsuleEncoder, type CapsuleEncoderOptions } from './capsules/capsule-encoder';
export { CapsuleLength } from './capsules/capsule-length';
export { CapsuleRouting, type CapsuleRoutingOptions } from './capsules/capsule-routing';
export {
  CapsuleHead,
  type CapsuleReconstructionOptions,
  type Capsules,
  type CapsulesOptions,
  capsules,
} from './capsules/capsules';
export { MaskCapsules } from './capsules/mask-capsules';
export { Squash } from './capsules/squash';
export type { Activation } from './core/activation';
export { type DenseNetDepth, DenseNetEncoder, type DenseNetEncoderOptions } from './encoders/densenet-encoder';
export {
  EfficientNetEncoder,
  type EfficientNetEncoderOptions,
  type EfficientNetVariant,
} from './encoders/efficientnet-encoder';
export { InceptionResNetV2Encoder, type InceptionResNetV2EncoderOptions } from './encoders/inception-resnet-v2-encoder';
export { InceptionV3Encoder, type InceptionV3EncoderOptions } from './encoders/inception-v3-encoder';
export { MobileNetV2Encoder, type MobileNetV2EncoderOptions } from './encoders/mobilenet-v2-encoder';
export { type Preprocessing, preprocessImages } from './encoders/preprocess';
export type { PublishedEncoderOptions } from './encoders/published-encoder';
export { type ResNetDepth, ResNetEncoder, type ResNetEncoderOptions } from './encoders/resnet-encoder';
export { VGG16Encoder, type VGG16EncoderOptions } from './encoders/vgg16-encoder';
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
export { StopGradient } from './stop-gradient';
