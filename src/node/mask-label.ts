import { listValues, mapValues, type PartialLabel, valuesIn } from '../data/map-mask';
import { nameOfKey } from '../data/mask-values';
import type { NDArray } from '../types';
import { findShades } from './jpeg-mask';
import type { MaskOptions } from './mask-options';
import type { OpenImage } from './open-image';
import { luma } from './read-image';
import type { StoredImage } from './read-stored';

/** What masks without further words hold beside 0. */
const LESION: readonly number[] = [1, 255, 65535];

/** Some channels of an image, one after the other. */
function pick({ data, shape }: NDArray, channels: readonly number[]): NDArray {
  const [height, width, stored] = shape;
  const out =
    data instanceof Uint16Array
      ? new Uint16Array(height * width * channels.length)
      : new Uint8Array(height * width * channels.length);
  for (let i = 0; i < height * width; i++) {
    for (let c = 0; c < channels.length; c++) out[i * channels.length + c] = data[i * stored + channels[c]];
  }
  return { data: out, shape: [height, width, channels.length] };
}

function isGrey({ data, shape }: NDArray): boolean {
  for (let i = 0; i < data.length; i += shape[2]) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  }
  return true;
}

/** The channels that hold the mask: one, or red, green and blue where they differ. */
function planeOf({ header, pixels }: StoredImage, channel: MaskOptions['channel']): NDArray {
  const { name, channels, depth } = header;
  if (channels > 4) throw new Error(`${name}: expected a mask of 1 to 4 channels, found ${channels}.`);
  const alpha = channels % 2 === 0 ? pick(pixels, [channels - 1]) : undefined;
  if (channel === 'alpha') {
    if (alpha) return alpha;
    throw new Error(`${name}: expected a mask in the alpha channel, found none.`);
  }
  if (channel === undefined && alpha?.data.some((value) => value < 2 ** depth - 1)) {
    throw new Error(
      `${name}: expected a mask without transparency, found transparent pixels; say where the mask is, in the ` +
        "channel: 'alpha' or 'colour'.",
    );
  }
  if (channels < 3 || isGrey(pixels)) return pick(pixels, [0]);
  return pick(pixels, [0, 1, 2]);
}

/** Brightness in [0, 1]. */
function brightness({ data, shape }: NDArray, depth: number): Float64Array {
  const scale = 2 ** depth - 1;
  const channels = shape[2];
  const at = (i: number): number => (channels === 1 ? data[i] : luma(data, i * channels));
  return Float64Array.from({ length: data.length / channels }, (_, i) => at(i) / scale);
}

/** Throws unless a JPEG is black and white but for what its compression changed. */
function checkJpeg(grey: Float64Array, mask: NDArray, { name }: OpenImage): void {
  const shades = findShades(grey, mask);
  if (shades !== undefined) {
    throw new Error(
      `${name}: expected a JPEG mask of black and white, found ${shades}. JPEG changes values, so that they cannot be ` +
        'told apart: save the mask as PNG and name its values, or set a threshold, above which pixels are 1.',
    );
  }
  const highest = grey.reduce((a, b) => Math.max(a, b), 0);
  if (highest > 0 && highest <= 0.5) {
    throw new Error(
      `${name}: expected a JPEG mask of black and white, found nothing brighter than ${Math.round(highest * 255)} of 255; ` +
        'set a threshold, above which pixels are 1.',
    );
  }
}

/** 0 and 1, or 0 and white. */
function fromTwoValues(mask: NDArray, { name, bits }: OpenImage): NDArray {
  const values = valuesIn(mask);
  const others = [...values].filter((value) => value !== 0);
  // two or four bits are for more than two values, and white may be the last of them
  const isClear =
    others.length === 0 || (others.length === 1 && LESION.includes(others[0]) && (bits === 1 || bits >= 8));
  if (!isClear) {
    const sorted = [...values].sort((a, b) => a - b);
    const example = sorted.slice(0, 4).map((value, i) => `${nameOfKey(value)}: ${i}`);
    throw new Error(
      `${name}: expected a mask of the values 0 and 1, or 0 and 255, found ${listValues(values)}` +
        `${bits < 8 ? ` in ${bits} bits` : ''}; say what they mean: values: { ${example.join(', ')}${sorted.length > 4 ? ', ...' : ''} } ` +
        "for the number of a class each, or 'unknown'; or threshold: 0.5, above which pixels are 1.",
    );
  }
  return { data: Uint8Array.from(mask.data, (value) => (value === 0 ? 0 : 1)), shape: mask.shape };
}

/** What a file's pixels mean as a mask. @throws {Error} that names the file where that is not clear. */
export function toLabel(stored: StoredImage, { values, threshold, channel }: MaskOptions): PartialLabel {
  const { header } = stored;
  const isJpeg = header.kind === 'JPEG';
  const mask = planeOf(stored, channel);
  if (values !== undefined) {
    if (isJpeg) {
      throw new Error(
        `${header.name}: expected a file that keeps its values, since \`values\` maps them, found a JPEG; save the mask ` +
          'as PNG, or set a threshold instead.',
      );
    }
    return mapValues(mask, values, header.name);
  }
  const shape = [...mask.shape.slice(0, 2), 1];
  if (threshold === undefined && !isJpeg) {
    return { label: fromTwoValues(mask, header) };
  }
  const grey = brightness(mask, header.depth);
  if (threshold === undefined) checkJpeg(grey, mask, header);
  return { label: { data: Uint8Array.from(grey, (value) => (value > (threshold ?? 0.5) ? 1 : 0)), shape } };
}
