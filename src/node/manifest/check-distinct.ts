import { stat } from 'node:fs/promises';
import { normalize, resolve } from 'node:path';
import type { Manifest } from './read-manifest';

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

/** @throws Error that names both lines where a manifest has an image, or a page of one, twice, under whatever names. */
export async function checkDistinct(directory: string, { file, columns, entries }: Manifest): Promise<void> {
  const seen = new Map<string, (typeof entries)[number]>();
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const identities = await Promise.all(
      some.map(async ({ image, page = 0 }) => `${await identityOf(directory, image)} ${page}`),
    );
    for (const [i, entry] of some.entries()) {
      const first = seen.get(identities[i]);
      if (first !== undefined) {
        const name = first.id === entry.id ? '' : ` as ${first.id}`;
        throw new Error(
          `${file}, line ${entry.line}: column '${columns.image}': ${entry.id} is on line ${first.line} already${name}.`,
        );
      }
      seen.set(identities[i], entry);
    }
  }
}
