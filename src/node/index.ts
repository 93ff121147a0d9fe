/**
 * What reads and writes files, in Node alone: images and manifests, models, checkpoints, logs.
 *
 * @module tfjs-multitask/node
 */

export { type CachedOptions, cached } from '../data/cached';
export { readArchive, writeArchive } from './archive';
export { type CheckpointOptions, checkpoint } from './checkpoint';
export { csvLog } from './csv-log';
export { featureFolder } from './feature-folder';
export { fileSystem } from './file-system';
export { type ImageFolder, type ImageFolderOptions, imageFolder } from './image-folder';
export { type RemoveLeftoversOptions, removeLeftovers } from './leftovers';
export { type LoadedCheckpoint, loadCheckpoint } from './load-checkpoint';
export {
  type ClassColumnOptions,
  type ClassWords,
  classColumn,
} from './manifest/columns/class-column';
export type { Cells, ColumnReader, FileLabel } from './manifest/columns/column-reader';
export { imageColumn } from './manifest/columns/image-column';
export { type LabelsColumnOptions, labelsColumn } from './manifest/columns/labels-column';
export { type MaskColumnOptions, maskColumn } from './manifest/columns/mask-column';
export { type NumberColumnOptions, numberColumn } from './manifest/columns/number-column';
export type { ImageFilesOptions } from './manifest/image-options';
export { type ManifestDataset, manifestDataset } from './manifest/manifest-dataset';
export type { CellText, ManifestDatasetOptions } from './manifest/manifest-options';
export {
  type PaperColumnNames,
  type PaperColumnsOptions,
  type PaperTask,
  paperColumns,
} from './manifest/paper-columns';
export type { MaskOptions } from './mask-options';
export { type ProgressBarOptions, progressBar } from './progress-bar';
export { type ReadImageOptions, readImage } from './read-image';
export { type ReadMaskOptions, readMask } from './read-mask';
export { stopOnSignal } from './stop-on-signal';
export { type TensorBoardOptions, tensorBoard } from './tensor-board/tensor-board';
export { writeBytes } from './write-bytes';
export { writeJson } from './write-json';
export { writePng } from './write-png';
