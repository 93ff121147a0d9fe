/**
 * Models of several tasks: `multitask` and the ways of sharing, loading and copying weights, Grad-CAM. What is of the paper
 * is here too, from `tfjs-multitask/paper`.
 *
 * @module tfjs-multitask/models
 */

export { type Amyar2020Options, type Amyar2020Task, amyar2020 } from '../paper/amyar2020';
export { type Cnn8Options, cnn8 } from '../paper/cnn8';
export { type UNetOptions, unet } from '../paper/unet';
export { copyWeights } from './copy-weights';
export { type CachedFeatures, type CacheFeaturesOptions, cacheFeatures } from './features/cache-features';
export type { Pooling } from './features/compute-once';
export { type ExtractedFeatures, type ExtractFeaturesOptions, extractFeatures } from './features/extract-features';
export { type FreezeOptions, freeze, type UnfreezeOptions, unfreeze } from './freeze';
export { type FromLayersModelOptions, fromLayersModel } from './from-layers-model';
export { type GradCamOptions, gradCam } from './grad-cam';
export { loadMultitask } from './load';
export { type MultitaskOptions, multitask } from './multitask';
export { type Prediction, predictAll } from './predict-all';
export { type NetOfTask, type SegmentThenClassifyOptions, segmentThenClassify } from './segment-then-classify';
export { type CgcOptions, cgc } from './sharing/cgc';
export { type CrossStitchSharingOptions, crossStitch } from './sharing/cross-stitch';
export {
  type DeepSupervision,
  type DeepSupervisionOptions,
  deepSupervision,
  type SupervisedLevels,
  type SupervisedTask,
} from './sharing/deep-supervision';
export { film } from './sharing/film';
export { hardSharing } from './sharing/hard-sharing';
export { type MmoeOptions, mmoe } from './sharing/mmoe';
export { type MtanOptions, mtan } from './sharing/mtan';
export { type PleOptions, ple } from './sharing/ple';
export type { Sharing } from './sharing/sharing';
export { type SluiceOptions, sluice } from './sharing/sluice';
export { type SoftSharingOptions, softSharing } from './sharing/soft-sharing';
export type { SavedModel } from './standard/save';
export { type InputStatistics, standardize } from './standardize';
