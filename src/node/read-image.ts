import type { OutputInfo } from 'sharp';
import { checkInteger } from '../internal/check';
import { checkOptions } from '../internal/check-options';
import type { NDArray } from '../types';
import { checkJpegScans } from './jpeg-scans';
import { type OpenImage, openImage } from './open-image';

export interface ReadImageOptions {
  /** 1: grey; 3: red, green, blue; `'keep'`: as stored, alpha included. Default: 1. */
  readonly channels?: 1 | 3 | 'keep';
  /** An image with more pixels is refused before it is decoded. Default: 2^26, 8192 x 8192. */
  readonly pixelLimit?: number;
  /** A directory that `path` is relative to and must not lead out of. */
  readonly root?: string;
}

export const PIXEL_LIMIT = 2 ** 26;

/** Luma of ITU-R BT.601, which leaves grey stored as RGB as it is. */
const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;

/** Takes `wanted` channels out of pixels that have `stored` of them at the places `at`. */
function toUnit(
  raw: Uint8Array | Uint16Array,
  step: number,
  at: readonly number[],
  wanted: 1 | 3 | 'keep',
  scale: number,
): { data: Float32Array; channels: number } {
  const pixels = raw.length / step;
  const colours = at.length < 3 ? 1 : 3;
  if (wanted === 1 && colours === 3) {
    const data = new Float32Array(pixels);
    for (let i = 0; i < pixels; i++) {
      const p = i * step;
      data[i] = (RED * raw[p + at[0]] + GREEN * raw[p + at[1]] + BLUE * raw[p + at[2]]) / scale;
    }
    return { data, channels: 1 };
  }
  const from = wanted === 'keep' ? at : Array.from({ length: wanted }, (_, c) => at[colours === 1 ? 0 : c]);
  const data = new Float32Array(pixels * from.length);
  for (let i = 0; i < pixels; i++) {
    for (let c = 0; c < from.length; c++) data[i * from.length + c] = raw[i * step + from[c]] / scale;
  }
  return { data, channels: from.length };
}

async function decode({ sharp, name, kind, bytes }: OpenImage): Promise<{ data: Buffer; info: OutputInfo }> {
  try {
    if (kind === 'JPEG') checkJpegScans(bytes);
    return await sharp.toBuffer({ resolveWithObject: true });
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${name}: expected a whole ${kind} image, found a truncated or broken one: ${message}.`, {
      cause: error,
    });
  }
}

/**
 * Reads a PNG, JPEG or TIFF image (the first page) as numbers in [0, 1]: what is stored, divided by 255 or 65535.
 *
 * The content decides the format, not the name. The image is turned upright as its EXIF orientation says; colour
 * profiles are ignored, so that the numbers are those in the file. Grey from colours is BT.601 luma; alpha is dropped
 * (not blended with a background) unless `channels` is `'keep'`. A file about which its decoder has so much as a warning
 * is broken, and so is a JPEG with more or fewer data than pixels. (JPEG has no checksums: where a few of its bytes
 * changed, nothing may tell.) Needs the package sharp.
 *
 * Returns Float32 `[height, width, channels]`.
 *
 * @throws Error with the path, what was found and what was expected: no such file, another format, truncated or broken,
 * signed or floating-point pixels, colours that are neither grey nor RGB (CMYK, YCbCr that JPEG did not compress), more
 * pixels than `pixelLimit`, a path that leaves `root`.
 * @example
 * const slice = await readImage('scans/patient-1.png', { root: 'data' }); // grey, shape [512, 512, 1]
 */
export async function readImage(path: string, options: ReadImageOptions = {}): Promise<NDArray> {
  checkOptions(options, ['channels', 'pixelLimit', 'root'], 'readImage');
  const { channels = 1, pixelLimit = PIXEL_LIMIT, root } = options;
  if (channels !== 1 && channels !== 3 && channels !== 'keep') {
    throw new RangeError(`readImage: channels must be 1, 3 or 'keep', got ${channels}.`);
  }
  checkInteger(pixelLimit, 1, 'readImage: pixelLimit');
  const image = await openImage(path, { pixelLimit, root });
  if (image.channels > 4 && channels !== 'keep') {
    throw new Error(
      `${image.name}: expected 1 to 4 channels, found ${image.channels}; read them all with { channels: 'keep' }.`,
    );
  }
  const { data, info } = await decode(image);
  const deep = image.depth === 16;
  const raw = deep ? new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2) : data;
  // Sharp returns 8-bit grey with alpha as red, green, blue, alpha.
  const repeated = info.channels - image.channels;
  const at = Array.from({ length: image.channels }, (_, c) => (c === 0 ? 0 : c + repeated));
  const unit = toUnit(raw, info.channels, at, channels, deep ? 65535 : 255);
  return { data: unit.data, shape: [info.height, info.width, unit.channels] };
}
