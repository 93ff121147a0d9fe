/**
 * Datasets, splits, batches and augmentation, in Node and in browsers. The phantom is here too, from
 * `tfjs-multitask/paper`.
 *
 * @module tfjs-multitask/data
 */

export { type Random, random } from '../internal/random';
// The paper's, from `tfjs-multitask/paper`.
export { type PhantomSource, phantomSources } from '../paper/phantom/acquisition';
export { type LesionType, lesionTypes } from '../paper/phantom/lesions';
export { type PhantomKind, phantomKinds } from '../paper/phantom/patterns';
export {
  type PhantomDataset,
  type PhantomDatasetOptions,
  type PhantomTask,
  phantomDataset,
} from '../paper/phantom/phantom-dataset';
export { type PhantomSlice, type PhantomSliceOptions, phantomSlice } from '../paper/phantom/phantom-slice';
export type { Affine } from './affine';
export { type ArrayDatasetOptions, arrayDataset } from './array-dataset';
export {
  type AugmentOptions,
  type AugmentPiece,
  augment,
  type GeometricPiece,
  type IntensityPiece,
  type LabelKind,
} from './augment';
export { flipHorizontal, flipVertical, rotate, scale, shift } from './augment-geometry';
export { type CutoutOptions, cutout, type IntensityOptions, intensity, noise } from './augment-intensity';
export { type Augmentation, type BatchesOptions, type BatchSource, batches, type Showing } from './batches';
export { type CachedOptions, cached } from './cached';
export { type ChannelStatistics, type ChannelStatisticsOptions, channelStatistics } from './channel-statistics';
export type { Balance, BalanceBy } from './epoch-plan';
export { ignoreValue } from './ignore-value';
export type { Items } from './items';
export { mapMask, type PartialLabel } from './map-mask';
export type { MaskValues } from './mask-values';
export { type NearDuplicatesOptions, nearDuplicates } from './near-duplicates';
export { oneHot } from './one-hot';
export { type ResizeImageOptions, resizeImage } from './resize-image';
export { resizeMask } from './resize-mask';
export { scaleToUnit, type UnitRange } from './scale-to-unit';
export { selectTasks } from './select-tasks';
export { type KFoldOptions, kFold, type SplitOptions, type SplitRow, split } from './split';
