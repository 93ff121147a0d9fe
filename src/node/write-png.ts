import { checkNDArray } from '../internal/check-kinds';
import type { NDArray } from '../types';
import { checkPath } from './check-path';
import { loadSharp } from './load-sharp';
import { writeDurably } from './write-durably';

function toPixels({ data }: NDArray): Uint8Array | Uint16Array {
  if (data instanceof Uint8Array || data instanceof Uint16Array) return data;
  if (data instanceof Int32Array) {
    throw new TypeError('writePng: image must hold floats in [0, 1], Uint8 or Uint16 values, got Int32Array.');
  }
  const bad = data.findIndex((value) => Number.isNaN(value));
  if (bad >= 0) throw new RangeError(`writePng: image must hold numbers, got NaN at ${bad}.`);
  return Uint8Array.from(data, (value) => Math.round(Math.min(1, Math.max(0, value)) * 255));
}

/**
 * Writes an image `[height, width, channels]` with 1 (grey), 3 (RGB) or 4 (RGBA) channels as PNG.
 *
 * Floats are clipped to [0, 1] and stored with 8 bits, Uint8 values as they are with 8 bits, Uint16 values as they are
 * with 16 bits. A file that was there is replaced in one step. Needs the package sharp.
 *
 * @throws {TypeError} for Int32 values.
 * @throws {RangeError} for another shape or NaN.
 * @throws {Error} with the path if it cannot be written.
 * @example
 * ```ts
 * import { writePng } from 'tfjs-multitask/node';
 *
 * await writePng('figures/mask.png', { data: new Uint8Array(256 * 256), shape: [256, 256, 1] });
 * ```
 */
export async function writePng(path: string, image: NDArray): Promise<void> {
  checkPath(path, 'writePng: path');
  checkNDArray(image, 'writePng: image');
  const [height, width, channels] = image.shape;
  if (image.shape.length !== 3 || ![1, 3, 4].includes(channels) || height * width * channels !== image.data.length) {
    throw new RangeError(
      `writePng: image must have a shape [height, width, 1 | 3 | 4] that fits its values, ` +
        `got [${image.shape}] with ${image.data.length} values.`,
    );
  }
  const pixels = toPixels(image);
  const deep = pixels instanceof Uint16Array;
  const space = channels === 1 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb';
  const sharp = await loadSharp();
  const raw = { width, height, channels: channels as 1 | 3 | 4 };
  const png = await sharp(pixels, { raw, limitInputPixels: false }).toColourspace(space).png().toBuffer();
  await writeDurably(path, [png]);
}
