/**
 * Weights of other frameworks, and published ones, into a model of this library.
 *
 * @module tfjs-multitask/weights
 */

export type { LoadedWeights } from './assign/fill-net';
export type { WeightNames } from './assign/weight-names';
export type { MakeLayer } from './keras/build-net';
export { type LoadKerasOptions, loadKeras } from './keras/load-keras';
export { type LoadWeightsOptions, loadWeights } from './load-weights';
export { torchDenseNet } from './mapping/torch-densenet';
export { torchEfficientNet } from './mapping/torch-efficientnet';
export { torchResNet } from './mapping/torch-resnet';
export { torchVgg16 } from './mapping/torch-vgg16';
export { openWeights } from './open-weights';
export type { DownloadProgress } from './pretrained/download';
export { type PretrainedOptions, pretrained } from './pretrained/pretrained';
export type { PretrainedWeights } from './pretrained/pretrained-weights';
export type { PretrainedName } from './pretrained/published';
export type { WeightSource } from './source/weight-source';
export type { StoredTensor, StoredType, WeightFile, WeightFormat, WeightLayout, WeightPlace } from './weight-file';
