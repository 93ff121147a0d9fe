import { join } from 'node:path';
import type { NDArray } from '../../types';
import { readImage } from '../read-image';
import type { ManifestEntry } from './read-manifest';

/** Throws unless a mask has the height and width of its image. */
export function checkMaskSize(
  directory: string,
  entry: ManifestEntry,
  image: readonly number[],
  mask: readonly number[],
): void {
  if (image[0] === mask[0] && image[1] === mask[1]) return;
  throw new Error(
    `${join(directory, entry.mask as string)}: expected a mask of the size of its image ${entry.image}, ` +
      `${image[0]} x ${image[1]} (height x width), found ${mask[0]} x ${mask[1]}.`,
  );
}

/** 1 where the mask is above the threshold; a mask that never reaches it but is not black is an error. */
function toBinary(mask: NDArray, threshold: number, name: string): NDArray {
  let highest = 0;
  for (const value of mask.data) if (value > highest) highest = value;
  if (highest > 0 && highest <= threshold) {
    throw new Error(
      `${name}: expected a mask of black and white (0 and 255), found nothing brighter than ` +
        `${Number((highest * 255).toFixed(2))} of 255; for other values set maskThreshold.`,
    );
  }
  return { data: Uint8Array.from(mask.data, (value) => (value > threshold ? 1 : 0)), shape: mask.shape };
}

/** The mask of an image, 0 or 1, as large as the image; undefined where it is unknown. */
export async function readMask(
  directory: string,
  entry: ManifestEntry,
  [height, width]: readonly number[],
  { maskThreshold, pixelLimit }: { readonly maskThreshold: number; readonly pixelLimit: number },
): Promise<NDArray | undefined> {
  if (entry.mask === undefined) {
    return entry.emptyMask ? { data: new Uint8Array(height * width), shape: [height, width, 1] } : undefined;
  }
  const mask = await readImage(entry.mask, { pixelLimit, root: directory });
  checkMaskSize(directory, entry, [height, width], mask.shape);
  return toBinary(mask, maskThreshold, join(directory, entry.mask));
}
