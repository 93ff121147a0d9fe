import { emptyMask, type PartialLabel } from '../../data/map-mask';
import type { Share } from '../byte-budget';
import { checkMaskFrame, type Frame } from '../mask-frame';
import { toLabel } from '../mask-label';
import type { MaskOptions } from '../mask-options';
import { readStored } from '../read-stored';
import type { ManifestEntry } from './read-manifest';

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
  checkMaskFrame(stored.header, image, entry.image);
  return toLabel(stored, options);
}
