/** What the directory at the end of an archive says of an entry. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  /** In the archive and unpacked, in bytes. */
  readonly packed: number;
  readonly size: number;
  /** Where its own header begins. */
  readonly offset: number;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const ABSENT = 0xffffffff;
/** The end's own length, and that of the longest comment behind it. */
const LONGEST_END = 22 + 65_535;
const MOST_ENTRIES = 100_000;

const torn = (reason: string): RangeError => new RangeError(reason);

/** Reads numbers at places within the bytes only. */
function reader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inside =
    <V>(length: number, read: (at: number) => V) =>
    (at: number): V => {
      if (!(at >= 0 && at + length <= bytes.length)) throw torn('it ends too early');
      return read(at);
    };
  return {
    length: bytes.length,
    u16: inside(2, (at) => view.getUint16(at, true)),
    u32: inside(4, (at) => view.getUint32(at, true)),
    u64: inside(8, (at) => Number(view.getBigUint64(at, true))),
    part: (at: number, length: number) => inside(length, () => bytes.subarray(at, at + length))(at),
  };
}

type Reader = ReturnType<typeof reader>;

/** Where the directory begins and how many entries it has; archives over 4 GB, and PyTorch's, say so in a longer form. */
function findDirectory({ length, u16, u32, u64 }: Reader): readonly [offset: number, count: number] {
  let end = length - 22;
  for (; end >= Math.max(0, length - LONGEST_END); end--) if (u32(end) === END) break;
  if (end < 0 || u32(end) !== END) throw torn('it has no directory at its end');
  const short = [u32(end + 16), u16(end + 10)] as const;
  if (end < 20 || u32(end - 20) !== LOCATOR64) return short;
  const long = u64(end - 12);
  if (u32(long) !== END64) throw torn('its directory is not where it should be');
  return [u64(long + 48), u64(long + 32)];
}

/** The sizes and the place of an entry, where they are over 4 GB: in an extra field of kind 1, those that are absent above. */
function longNumbers({ u16, u64 }: Reader, from: number, to: number, short: readonly number[]): readonly number[] {
  if (!short.includes(ABSENT)) return short;
  for (let at = from; at + 4 <= to; at += 4 + u16(at + 2)) {
    if (u16(at) !== 1) continue;
    let next = at + 4;
    return short.map((value) => {
      if (value !== ABSENT) return value;
      next += 8;
      return u64(next - 8);
    });
  }
  return short;
}

/**
 * The entries of an archive.
 *
 * @throws {RangeError} that does not name the file, where it is torn or lists a name twice.
 */
export function readDirectory(bytes: Uint8Array): readonly ZipEntry[] {
  const archive = reader(bytes);
  const { u16, u32, part } = archive;
  const [start, count] = findDirectory(archive);
  if (count > MOST_ENTRIES) throw torn(`it has ${count} entries, more than ${MOST_ENTRIES}`);
  const entries = new Map<string, ZipEntry>();
  let at = start;
  for (let i = 0; i < count; i++) {
    if (u32(at) !== ENTRY) throw torn('its directory is torn');
    if (u16(at + 8) & 1) throw torn('it is encrypted');
    const [nameEnd, extra, comment] = [at + 46 + u16(at + 28), u16(at + 30), u16(at + 32)];
    const name = new TextDecoder().decode(part(at + 46, nameEnd - at - 46));
    if (entries.has(name)) throw torn(`it has '${name}' twice`);
    const short = [u32(at + 24), u32(at + 20), u32(at + 42)];
    const [size, packed, offset] = longNumbers(archive, nameEnd, nameEnd + extra, short);
    entries.set(name, { name, method: u16(at + 10), crc: u32(at + 16), packed, size, offset });
    at = nameEnd + extra + comment;
  }
  return [...entries.values()];
}

/** The bytes of an entry as they lie in the archive. @throws {RangeError} that does not name the file. */
export function packedBytes(bytes: Uint8Array, { name, offset, packed }: ZipEntry): Uint8Array {
  const { u16, u32, part } = reader(bytes);
  if (u32(offset) !== LOCAL) throw torn(`'${name}' is not where its directory says`);
  return part(offset + 30 + u16(offset + 26) + u16(offset + 28), packed);
}
