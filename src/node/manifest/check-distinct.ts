import { stat } from 'node:fs/promises';
import { normalize, resolve } from 'node:path';
import type { Faults } from './faults';
import type { ImageEntry } from './image-entry';

const AT_ONCE = 64;

/**
 * What two spellings of one file have in common, links among them: what the file system knows it by; its path where there
 * is none.
 */
async function identityOf(directory: string, path: string): Promise<string> {
  return stat(resolve(directory, path), { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => normalize(path),
  );
}

/** Finds images, or pages of them, that are there twice, under whatever names. */
export async function checkDistinct<T extends string>(
  directory: string,
  entries: readonly ImageEntry<T>[],
  faults: Faults,
): Promise<void> {
  const seen = new Map<string, ImageEntry<T>>();
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const identities = await Promise.all(
      some.map(async ({ image, page = 0 }) => `${await identityOf(directory, image)} ${page}`),
    );
    for (const [i, entry] of some.entries()) {
      const first = seen.get(identities[i]);
      if (first === undefined) seen.set(identities[i], entry);
      else {
        const page = entry.page === undefined ? '' : ` page ${entry.page}`;
        const name = first.image === entry.image ? '' : `, as ${first.image}`;
        const text = `${entry.called}: ${entry.image}${page} is there already${name}: ${first.place}.`;
        faults.add(entry.order, entry.place, text);
      }
    }
  }
}
