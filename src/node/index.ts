/**
 * What reads and writes files, in Node alone: images and manifests, models, checkpoints, logs.
 *
 * @module tfjs-multitask/node
 */

export { type CachedOptions, cached } from '../data/cached';
export { readArchive, writeArchive } from './archive';
export { type CheckpointOptions, checkpoint } from './checkpoint';
export { csvLog } from './csv-log';
export { fileSystem } from './file-system';
export { type RemoveLeftoversOptions, removeLeftovers } from './leftovers';
export { type LoadedCheckpoint, loadCheckpoint } from './load-checkpoint';
export type { ManifestColumns, ManifestTask } from './manifest/manifest-columns';
export { type ManifestDataset, manifestDataset } from './manifest/manifest-dataset';
export type { ManifestDatasetOptions } from './manifest/manifest-options';
export type { MaskOptions } from './mask-options';
export { type ProgressBarOptions, progressBar } from './progress-bar';
export { type ReadImageOptions, readImage } from './read-image';
export { type ReadMaskOptions, readMask } from './read-mask';
export { writeJson } from './write-json';
export { writePng } from './write-png';
