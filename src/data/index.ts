export { type ResizeImageOptions, resizeImage } from './resize-image';
export { resizeMask } from './resize-mask';
export { scaleToUnit, type UnitRange } from './scale-to-unit';
