import { checkInteger } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { NDArray } from '../types';
import type { Share } from './byte-budget';
import { checkPath } from './check-path';
import type { OpenImage } from './open-image';
import { readStored } from './read-stored';

/** Options of {@link readImage}. */
export interface ReadImageOptions {
  /** 1: grey; 3: red, green, blue; `'keep'`: as stored, alpha included. Default: 1. */
  readonly channels?: 1 | 3 | 'keep' | undefined;
  /** The page of a TIFF stack, counted from 0: a file of several pages is refused without. Default: the only one. */
  readonly page?: number | undefined;
  /** An image with more pixels is refused before it is decoded. Default: `2 ** 26`, 8192 x 8192. */
  readonly pixelLimit?: number | undefined;
  /**
   * A directory that `path` is relative to and must not lead out of. Default: none, a relative path starts at the working
   * directory and may lead anywhere.
   */
  readonly root?: string | undefined;
}

export const PIXEL_LIMIT = 2 ** 26;

/** Luma of ITU-R BT.601 of the colours that start at `place`, which leaves grey stored as RGB as it is. */
export const luma = (raw: NDArray['data'], place: number): number =>
  0.299 * raw[place] + 0.587 * raw[place + 1] + 0.114 * raw[place + 2];

/** Takes `wanted` channels out of pixels as stored. */
function toUnit({ data: raw, shape }: NDArray, wanted: 1 | 3 | 'keep', scale: number): NDArray {
  const [height, width, stored] = shape;
  const pixels = height * width;
  const colours = stored < 3 ? 1 : 3;
  if (wanted === 1 && colours === 3) {
    const data = new Float32Array(pixels);
    for (let i = 0; i < pixels; i++) data[i] = luma(raw, i * stored) / scale;
    return { data, shape: [height, width, 1] };
  }
  const channels = wanted === 'keep' ? stored : wanted;
  const data = new Float32Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < channels; c++) {
      data[i * channels + c] = raw[i * stored + (colours === 1 && wanted !== 'keep' ? 0 : c)] / scale;
    }
  }
  return { data, shape: [height, width, channels] };
}

/** {@link readImage} with what the file's header says; the options are checked. `share`: as {@link readStored} has it. */
export async function readWithHeader(
  path: string,
  options: ReadImageOptions,
  share?: Share,
): Promise<{ header: OpenImage; image: NDArray }> {
  checkOptions(options, ['channels', 'page', 'pixelLimit', 'root'], 'readImage');
  const { channels = 1, page, pixelLimit = PIXEL_LIMIT, root } = options;
  if (channels !== 1 && channels !== 3 && channels !== 'keep') {
    throw new RangeError(`readImage: channels must be 1, 3 or 'keep', got ${channels}.`);
  }
  if (page !== undefined) checkInteger(page, 0, 'readImage: page');
  checkInteger(pixelLimit, 1, 'readImage: pixelLimit');
  const { header, pixels } = await readStored(path, {
    page,
    pixelLimit,
    root,
    share,
    floats: channels === 'keep' ? undefined : channels,
  });
  if (header.channels > 4 && channels !== 'keep') {
    throw new Error(
      `${header.name}: expected 1 to 4 channels, found ${header.channels}; read them all with { channels: 'keep' }.`,
    );
  }
  return { header, image: toUnit(pixels, channels, header.depth === 16 ? 65535 : 255) };
}

/**
 * Reads a PNG, JPEG or TIFF image as numbers in [0, 1]: what is stored, divided by 255 or 65535.
 *
 * The content decides the format, not the name. The image is turned upright as its EXIF orientation says; colour
 * profiles are ignored, so that the numbers are those in the file. Grey from colours is BT.601 luma; alpha is dropped
 * (not blended with a background) unless `channels` is `'keep'`. A file about which its decoder has so much as a warning
 * is broken, and so is a JPEG with more or fewer data than pixels. (JPEG has no checksums: where a few of its bytes
 * changed, nothing may tell.) Needs the package sharp.
 *
 * Returns Float32 `[height, width, channels]`. Until it is there, an image takes its pixels as stored too; who reads
 * many at once limits what they take together, as {@link manifestDataset} does with `byteLimit`.
 *
 * @throws {Error} with the path, what was found and what was expected: no such file, another format, truncated or
 * broken, signed or floating-point pixels, colours that are neither grey nor RGB (CMYK, YCbCr that JPEG did not
 * compress), more pixels than `pixelLimit`, several pages of which `page` names none, a path that leaves `root`.
 * @throws {RangeError} for an empty path, and for an option out of its range.
 * @throws {TypeError} for a path or an option of another kind.
 * @example
 * ```ts
 * import { readImage } from 'tfjs-multitask/node';
 *
 * const slice = await readImage('scans/1.png', { root: 'data' }); // grey
 * slice.shape; // [512, 512, 1]
 * ```
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<NDArray> {
  checkPath(path, 'readImage: path');
  return (await readWithHeader(path, options)).image;
}
