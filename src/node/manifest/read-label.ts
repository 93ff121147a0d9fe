import { emptyMask, type PartialLabel } from '../../data/map-mask';
import { resizeImage } from '../../data/resize-image';
import { resizeMask } from '../../data/resize-mask';
import type { NDArray } from '../../types';
import type { Share } from '../byte-budget';
import { checkFrame, type Frame } from '../mask-frame';
import { toLabel } from '../mask-label';
import { readWithHeader } from '../read-image';
import { readStored } from '../read-stored';
import type { FileLabel } from './columns/column-reader';

/** The image that a label belongs to, and how its files are read. */
export interface LabelContext {
  readonly root: string;
  /** The path of the image. */
  readonly image: string;
  readonly page: number | undefined;
  readonly header: Frame;
  /** The input of the sample. */
  readonly x: NDArray;
  readonly size: readonly [height: number, width: number];
  readonly channels: 1 | 3;
  readonly pixelLimit: number;
  /** Runs a reader with its share of the bytes that there may be at once. */
  reading<V>(read: (share: Share) => Promise<V>): Promise<V>;
}

/** Reads a label at the size of the input, unless it is known already. */
export async function readLabel(label: PartialLabel | FileLabel, context: LabelContext): Promise<PartialLabel> {
  if (!('from' in label)) return label;
  if (label.from === 'input') return { label: context.x };
  const { root, image, page, header, size, channels, pixelLimit, reading } = context;
  const { path } = label;
  if (label.from === 'image') {
    return reading(async (share) => {
      const found = await readWithHeader(label.path, { channels, page, pixelLimit, root }, share);
      checkFrame(found.header, header, { image, kind: 'image' });
      return { label: resizeImage(found.image, size) };
    });
  }
  if (path === undefined) return { label: emptyMask(...size, label.mask.values) };
  return reading(async (share) => {
    const stored = await readStored(path, { page, pixelLimit, root, share });
    checkFrame(stored.header, header, { image });
    const { label: mask, weight } = toLabel(stored, label.mask);
    return { label: resizeMask(mask, size), ...(weight && { weight: resizeMask(weight, size) }) };
  });
}
