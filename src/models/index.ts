export { type Amyar2020Options, type Amyar2020Task, amyar2020 } from './amyar2020';
export { type CNN8Options, cnn8, type UNetOptions, unet } from './baselines';
export { copyWeights } from './copy-weights';
export { fromLayersModel } from './from-layers-model';
export { loadMultitask } from './load';
export { type MultitaskOptions, multitask } from './multitask';
export { type CrossStitchSharingOptions, crossStitch } from './sharing/cross-stitch';
export { hardSharing } from './sharing/hard-sharing';
export type { Sharing } from './sharing/sharing';
