import { checkFrame } from '../mask-frame';
import { type OpenImage, openImage } from '../open-image';
import { resolveInside } from '../resolve-inside';
import type { Faults } from './faults';
import { filesOf, type ImageEntry } from './image-entry';

/** Finds files that are missing, and those that lie outside of the folder. */
export async function checkFiles<T extends string>(
  directory: string,
  entries: readonly ImageEntry<T>[],
  faults: Faults,
): Promise<void> {
  for (const entry of entries) {
    for (const { path, called } of filesOf(entry)) {
      await resolveInside(directory, path).catch((error: NodeJS.ErrnoException) => {
        const text = error.code === 'ENOENT' ? `${path} is missing in ${directory}.` : error.message;
        faults.add(entry.order, entry.place, `${called}: ${text}`);
      });
    }
  }
}

/** Reads the header of every image and mask, and finds those that are wrong. */
export async function checkHeaders<T extends string>(
  directory: string,
  entries: readonly ImageEntry<T>[],
  pixelLimit: number,
  faults: Faults,
): Promise<void> {
  for (const entry of entries) {
    const { page } = entry;
    let image: OpenImage | undefined;
    for (const [at, { path, called, kind }] of filesOf(entry).entries()) {
      try {
        const header = await openImage(path, { page, pixelLimit, root: directory });
        if (at === 0) image = header;
        else if (image !== undefined) checkFrame(header, image, { image: entry.image, kind });
      } catch (error) {
        faults.add(entry.order, entry.place, `${called}: ${(error as Error).message}`);
      }
    }
  }
}
