import type { PartialLabel } from '../data/map-mask';
import { checkInteger } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import { checkPath } from './check-path';
import { checkFrame } from './mask-frame';
import { toLabel } from './mask-label';
import { checkMaskOptions, type MaskOptions } from './mask-options';
import { openImage } from './open-image';
import { PIXEL_LIMIT, type ReadImageOptions } from './read-image';
import { readStored } from './read-stored';

/** Options of {@link readMask}. */
export interface ReadMaskOptions extends MaskOptions, Pick<ReadImageOptions, 'page' | 'pixelLimit' | 'root'> {
  /** The image that it belongs to: a mask of another size or EXIF orientation is refused. Default: none. */
  readonly image?: string | undefined;
}

/**
 * Reads a PNG, JPEG or TIFF file as a mask.
 *
 * What could mean two things is refused: values other than 0 and 1, or 0 and white, unless `values` or `threshold` says
 * what they mean; colours without `values`; transparent pixels without `channel`; grey areas in a JPEG. The mask is
 * turned upright as its EXIF orientation says. Needs the package sharp.
 *
 * `label`: Uint8 `[height, width, 1]`, 0 or 1, or one-hot `[height, width, classes]` where `values` has three classes or
 * more; `weight`: Uint8 `[height, width, 1]`, 0 where `values` says `'unknown'`, left out where it does so nowhere.
 *
 * @throws {Error} with the path, the values found and what to write instead; for whatever {@link readImage} refuses.
 * @throws {RangeError} for bad options.
 * @example
 * ```ts
 * import { readMask } from 'tfjs-multitask/node';
 *
 * const { label } = await readMask('masks/1.png', { image: 'scans/1.png' }); // 0 and 255 in the file, 0 and 1 here
 * const organs = await readMask('organs.png', { values: { 0: 0, 1: 1, 2: 2, 255: 'unknown' } });
 * ```
 */
export async function readMask(path: string, options: ReadMaskOptions = {}): Promise<PartialLabel> {
  checkOptions(options, ['values', 'threshold', 'channel', 'image', 'page', 'pixelLimit', 'root'], 'readMask');
  checkPath(path, 'readMask: path');
  checkMaskOptions(options, 'readMask');
  const { image, page, pixelLimit = PIXEL_LIMIT, root } = options;
  if (page !== undefined) checkInteger(page, 0, 'readMask: page');
  checkInteger(pixelLimit, 1, 'readMask: pixelLimit');
  const stored = await readStored(path, { page, pixelLimit, root });
  if (image !== undefined) checkFrame(stored.header, await openImage(image, { page, pixelLimit, root }), { image });
  return toLabel(stored, options);
}
