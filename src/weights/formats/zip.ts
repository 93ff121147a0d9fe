import { type UnzipFileInfo, unzipSync } from 'fflate';
import { checkUnpacked } from './check-unpacked';

const MOST_ENTRIES = 100_000;

/** Whether a file begins as zip archives do. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** The entries' names. @throws {Error} for an archive that is torn or that would become too long. */
export function listZip(bytes: Uint8Array, who: string): ReadonlySet<string> {
  const names = new Set<string>();
  let total = 0;
  unzip(bytes, who, ({ name, originalSize }) => {
    if (names.has(name))
      throw new RangeError(`${who}: expected different names in the archive, found '${name}' twice.`);
    if (names.size === MOST_ENTRIES)
      throw new RangeError(`${who}: expected at most ${MOST_ENTRIES} entries, found more.`);
    names.add(name);
    total += originalSize;
    return false;
  });
  checkUnpacked(total, bytes.length, who);
  return names;
}

/** The content of the entries that `wanted` chooses. */
export function readZip(
  bytes: Uint8Array,
  who: string,
  wanted: (name: string) => boolean,
): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(unzip(bytes, who, ({ name }) => wanted(name))));
}

function unzip(bytes: Uint8Array, who: string, filter: (info: UnzipFileInfo) => boolean): Record<string, Uint8Array> {
  let refused: unknown;
  try {
    return unzipSync(bytes, {
      filter: (info) => {
        try {
          return filter(info);
        } catch (error) {
          refused = error;
          throw error;
        }
      },
    });
  } catch (error) {
    if (refused !== undefined) throw refused;
    throw new Error(`${who}: expected a whole zip archive: ${(error as Error).message}.`, { cause: error });
  }
}
