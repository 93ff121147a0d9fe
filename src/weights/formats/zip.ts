import { inflateSync } from 'fflate';
import { crc32 } from '../../internal/crc32';
import { checkUnpacked } from './check-unpacked';
import { packedBytes, readDirectory, type ZipEntry } from './zip-directory';

/** Whether a file begins as zip archives do. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

function named<V>(who: string, body: () => V): V {
  try {
    return body();
  } catch (error) {
    throw new Error(`${who}: expected a whole zip archive: ${(error as Error).message}.`, { cause: error });
  }
}

/** The entries' names. @throws {Error} for an archive that is torn or that would become too long. */
export function listZip(bytes: Uint8Array, who: string): ReadonlySet<string> {
  const entries = named(who, () => readDirectory(bytes));
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  checkUnpacked(total, bytes.length, who);
  return new Set(entries.map(({ name }) => name));
}

/** Refuses what is not, to the bit, what was put into the archive. */
function unpack(bytes: Uint8Array, entry: ZipEntry): Uint8Array {
  const { name, method, size, crc } = entry;
  const packed = packedBytes(bytes, entry);
  if (method !== 0 && method !== 8) throw new Error(`'${name}' is packed by method ${method}, which is not read`);
  const content = method === 0 ? packed : inflateSync(packed, { out: new Uint8Array(size) });
  if (content.length !== size) throw new RangeError(`'${name}' has ${content.length} bytes in place of ${size}`);
  if (crc32(content) === crc) return content;
  throw new RangeError(
    `the checksum of '${name}' is not that of its bytes: it is damaged, or was saved without checksums`,
  );
}

/**
 * The content of the entries that `wanted` chooses.
 *
 * @throws {Error} for an archive that is torn, and for an entry with another checksum.
 */
export function readZip(
  bytes: Uint8Array,
  who: string,
  wanted: (name: string) => boolean,
): ReadonlyMap<string, Uint8Array> {
  return named(who, () => {
    const entries = readDirectory(bytes).filter(({ name }) => wanted(name));
    return new Map(entries.map((entry) => [entry.name, unpack(bytes, entry)]));
  });
}
