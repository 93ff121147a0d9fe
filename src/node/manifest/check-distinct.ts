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

/** @throws Error that names both lines where a manifest has an image twice, under whatever names. */
export async function checkDistinct(directory: string, { file, columns, entries }: Manifest): Promise<void> {
  const seen = new Map<string, (typeof entries)[number]>();
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const some = entries.slice(start, start + AT_ONCE);
    const identities = await Promise.all(some.map(({ image }) => identityOf(directory, image)));
    for (const [i, entry] of some.entries()) {
      const first = seen.get(identities[i]);
      if (first !== undefined) {
        const name = first.image === entry.image ? '' : ` as ${first.image}`;
        throw new Error(
          `${file}, line ${entry.line}: column '${columns.image}': ${entry.image} is on line ${first.line} already${name}.`,
        );
      }
      seen.set(identities[i], entry);
    }
  }
}
