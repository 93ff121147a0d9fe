export { type Augmentation, type BatchesOptions, type BatchSource, batches, type Showing } from './batches';
export { type ResizeImageOptions, resizeImage } from './resize-image';
export { resizeMask } from './resize-mask';
export { scaleToUnit, type UnitRange } from './scale-to-unit';
export { type KFoldOptions, kFold, type SplitOptions, type SplitRow, split } from './split';
