import type { OutputInfo } from 'sharp';
import type { NDArray } from '../types';
import type { Share } from './byte-budget';
import { checkJpegScans } from './jpeg-scans';
import { type OpenImage, type OpenImageOptions, openImage } from './open-image';

export interface StoredImage {
  readonly header: OpenImage;
  /** `[height, width, channels]`, upright: the whole numbers in the file, alpha last. */
  readonly pixels: NDArray;
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

export interface ReadStoredOptions extends OpenImageOptions {
  /** Where the bytes of the pixels are taken before they are decoded, as stored and as Float32. Default: nowhere. */
  readonly share?: Share | undefined;
  /** How many channels become Float32. Default: those of the file. */
  readonly floats?: number | undefined;
}

const FLOAT_BYTES = 4;

/** Reads an image with all its channels as stored, Uint8 or Uint16. @throws {Error} that names the file. */
export async function readStored(path: string, { share, floats, ...options }: ReadStoredOptions): Promise<StoredImage> {
  const header = await openImage(path, options);
  const { height, width, channels, depth, name } = header;
  await share?.take(height * width * ((channels * depth) / 8 + (floats ?? channels) * FLOAT_BYTES), name);
  const { data, info } = await decode(header);
  const Numbers = header.depth === 16 ? Uint16Array : Uint8Array;
  const raw = new Numbers(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength / Numbers.BYTES_PER_ELEMENT);
  const shape = [info.height, info.width, header.channels];
  if (info.channels === header.channels) return { header, pixels: { data: raw, shape } };
  // Sharp returns 8-bit grey with alpha as red, green, blue, alpha.
  const repeated = info.channels - header.channels;
  const pixels = new Numbers((raw.length / info.channels) * header.channels);
  for (let i = 0; i < pixels.length; i++) {
    const channel = i % header.channels;
    const pixel = (i - channel) / header.channels;
    pixels[i] = raw[pixel * info.channels + (channel === 0 ? 0 : channel + repeated)];
  }
  return { header, pixels: { data: pixels, shape } };
}
