import { join } from 'node:path';
import { emptyMask, type PartialLabel } from '../../data/map-mask';
import type { Share } from '../byte-budget';
import { toLabel } from '../mask-label';
import type { MaskOptions } from '../mask-options';
import type { OpenImage } from '../open-image';
import { readStored } from '../read-stored';
import type { ManifestEntry } from './read-manifest';

/** What of a file's header says how its pixels lie. */
type Frame = Pick<OpenImage, 'height' | 'width' | 'orientation'>;

const isTurned = ({ orientation }: Frame): boolean => orientation >= 5;

/**
 * Throws unless a mask lies on its image, both turned upright as their EXIF orientations say: where one of them has
 * another orientation, only the sizes of sides that differ can tell that the mask was drawn on the upright image.
 */
export function checkMaskFrame(directory: string, entry: ManifestEntry, image: Frame, mask: Frame): void {
  const name = join(directory, entry.mask as string);
  if (image.height !== mask.height || image.width !== mask.width) {
    throw new Error(
      `${name}: expected a mask of the size of its image ${entry.image}, ${image.height} x ${image.width} (height x ` +
        `width)${isTurned(image) ? `, turned by its EXIF orientation ${image.orientation}` : ''}, ` +
        `found ${mask.height} x ${mask.width}.`,
    );
  }
  const sidesTell = isTurned(image) !== isTurned(mask) && image.height !== image.width;
  if (image.orientation === mask.orientation || sidesTell) return;
  throw new Error(
    `${name}: expected a mask with the EXIF orientation of its image ${entry.image}, ${image.orientation}, found ` +
      `${mask.orientation}: nothing tells whether it was drawn on the image as stored or as shown. Save both upright.`,
  );
}

/** The mask of an entry, as large as its image; undefined where it is unknown. */
export async function readEntryMask(
  directory: string,
  entry: ManifestEntry,
  image: Frame,
  { mask: options, pixelLimit }: { readonly mask: MaskOptions; readonly pixelLimit: number },
  share: Share,
): Promise<PartialLabel | undefined> {
  if (entry.mask === undefined) {
    return entry.emptyMask ? { label: emptyMask(image.height, image.width, options.values) } : undefined;
  }
  const stored = await readStored(entry.mask, { page: entry.page, pixelLimit, root: directory, share });
  checkMaskFrame(directory, entry, image, stored.header);
  return toLabel(stored, options);
}
