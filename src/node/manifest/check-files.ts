import { checkMaskFrame } from '../mask-frame';
import { openImage } from '../open-image';
import { resolveInside } from '../resolve-inside';
import type { Manifest } from './read-manifest';

const SHOWN = 5;

/** Checks that every file of a manifest exists. @throws Error that names the first missing ones. */
export async function checkFiles(directory: string, { file, entries }: Manifest): Promise<void> {
  const paths = entries.flatMap(({ image, mask, line }) =>
    [image, mask].flatMap((path) => (path === undefined ? [] : [{ path, line }])),
  );
  const missing: string[] = [];
  for (const { path, line } of paths) {
    await resolveInside(directory, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw new Error(`${file}, line ${line}: ${error.message}`, { cause: error });
      missing.push(`${path} (line ${line})`);
    });
  }
  if (missing.length > 0) {
    throw new Error(
      `${file}: ${missing.length} of its ${paths.length} files are missing in ${directory}: ` +
        `${missing.slice(0, SHOWN).join(', ')}${missing.length > SHOWN ? ', ...' : ''}`,
    );
  }
}

/** Reads the header of every image and mask. @throws Error that names the first one that is wrong. */
export async function checkHeaders(directory: string, { entries }: Manifest, pixelLimit: number): Promise<void> {
  for (const entry of entries) {
    const options = { page: entry.page, pixelLimit, root: directory };
    const image = await openImage(entry.image, options);
    if (entry.mask === undefined) continue;
    checkMaskFrame(await openImage(entry.mask, options), image, entry.image);
  }
}
