import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { anything, fields, integer, listOf, oneOf, type Reader } from '../internal/readers';
import type { NDArray, PlainData } from '../types';
import { checkPath } from './check-path';
import { ARRAY_TYPES, type ArrayType, arrayType, decodePlainData, encodePlainData, newArray } from './plain-data';
import { openRegularFile, readFully } from './regular-file';
import { writeDurably } from './write-durably';

// A file: magic (8 bytes), version and header length (two little-endian 32-bit integers), header (JSON), the typed
// arrays (little-endian), SHA-256 of all before. Header and arrays are padded with zeros to multiples of 8 bytes.
const MAGIC = Buffer.from([0x89, 0x54, 0x46, 0x4d, 0x54, 0x0d, 0x0a, 0x1a]); // \x89TFMT\r\n\x1a
const VERSION = 1;
const PREFIX = 16;
const DIGEST = 32;
const ALIGNMENT = 8;

interface Header {
  readonly data: unknown;
  readonly arrays: readonly (readonly [type: ArrayType, length: number])[];
}

const readLength: Reader<Header['arrays'][number]> = (value, at) => {
  const [type, length] = listOf(anything)(value, at);
  return [oneOf(ARRAY_TYPES)(type, `${at}[0]`), integer()(length, `${at}[1]`)];
};
const readHeaderParts = fields({ data: anything, arrays: listOf(readLength) });

function padding(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

function bytesOf(array: NDArray['data']): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Writes plain data with typed arrays to one file, with a SHA-256 checksum over all of it.
 *
 * Numbers survive exactly, NaN, infinities and -0 included. A file that was there is replaced in one step: a crash
 * leaves the old one or the new one.
 *
 * @throws {TypeError} that names what is not plain data.
 * @throws {Error} with the path and the bytes needed if it cannot be written.
 * @example
 * ```ts
 * import { writeArchive } from 'tfjs-multitask/node';
 *
 * await writeArchive('state.tfmt', { epoch: 3, weights: [new Float32Array(8)] });
 * ```
 */
export async function writeArchive(path: string, data: PlainData): Promise<void> {
  checkPath(path, 'writeArchive: path');
  const { json, arrays } = encodePlainData(data, 'writeArchive');
  const header: Header = { data: json, arrays: arrays.map((array) => [arrayType(array) as ArrayType, array.length]) };
  const text = Buffer.from(JSON.stringify(header));
  const prefix = Buffer.alloc(PREFIX);
  MAGIC.copy(prefix);
  prefix.writeUInt32LE(VERSION, 8);
  prefix.writeUInt32LE(text.length, 12);
  const chunks = [
    prefix,
    ...[text, ...arrays.map(bytesOf)].flatMap((part) => [part, Buffer.alloc(padding(part.length))]),
  ];
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  await writeDurably(path, [...chunks, hash.digest()]);
}

interface Opened {
  readonly handle: FileHandle;
  readonly header: Header;
  /** Over all that has been read. */
  readonly hash: Hash;
}

/** Reads up to the arrays; throws where the file is not an archive, or is not as long as its header says. */
async function readHeader(handle: FileHandle, size: number): Promise<Opened> {
  const hash = createHash('sha256');
  const read = async (length: number): Promise<Buffer> => {
    if (length > size) throw new Error(`it has ${size} bytes, too few for what it says it holds`);
    const bytes = Buffer.alloc(length);
    await readFully(handle, bytes);
    hash.update(bytes);
    return bytes;
  };

  const prefix = await read(PREFIX);
  if (!prefix.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('it is no archive');
  const version = prefix.readUInt32LE(8);
  if (version !== VERSION) throw new Error(`its format is version ${version}, this library reads ${VERSION}`);
  const headerLength = prefix.readUInt32LE(12);
  const text = await read(headerLength);
  await read(padding(headerLength));
  const header = readHeaderParts(JSON.parse(text.toString()), 'its header');

  // Lengths are added up before anything of that length is allocated.
  let expected = PREFIX + headerLength + padding(headerLength) + DIGEST;
  for (const [type, length] of header.arrays) {
    const bytes = newArray(type, 0).BYTES_PER_ELEMENT * length;
    expected += bytes + padding(bytes);
  }
  if (expected !== size) throw new Error(`it has ${size} bytes, its header promises ${expected}`);
  return { handle, header, hash };
}

/** Reads the rest straight into the arrays that it returns, and compares the checksum. */
async function readArrays({ handle, header, hash }: Opened): Promise<NDArray['data'][]> {
  const arrays: NDArray['data'][] = [];
  for (const [type, length] of header.arrays) {
    const array = newArray(type, length);
    const bytes = bytesOf(array);
    const rest = Buffer.alloc(padding(bytes.length));
    for (const part of [bytes, rest]) {
      await readFully(handle, part);
      hash.update(part);
    }
    arrays.push(array);
  }
  const digest = Buffer.alloc(DIGEST);
  await readFully(handle, digest);
  if (!hash.digest().equals(digest)) throw new Error('its checksum differs from its content');
  return arrays;
}

/** Errors name the path and say what is wrong with the file. */
async function openArchive<V>(path: string, read: (opened: Opened) => Promise<V>): Promise<V> {
  const { handle, size } = await openRegularFile(path).catch((error: Error) => {
    throw new Error(`${path}: expected an archive: ${error.message}.`, { cause: error });
  });
  try {
    return await read(await readHeader(handle, size));
  } catch (error) {
    const reason = (error as Error).message.replace(/\.$/, '');
    throw new Error(`${path}: expected a whole archive: ${reason}.`, { cause: error });
  } finally {
    await handle.close();
  }
}

/**
 * Reads what {@link writeArchive} wrote.
 *
 * @throws {Error} with the path if there is no such file, or if it is truncated, changed or in another format.
 * @throws {RangeError} for an empty path.
 * @throws {TypeError} for a path that is not a text.
 * @example
 * ```ts
 * import { readArchive, writeArchive } from 'tfjs-multitask/node';
 *
 * await writeArchive('state.tfmt', { epoch: 3, weights: [new Float32Array(8)] });
 * const state = await readArchive('state.tfmt');
 * ```
 */
export async function readArchive(path: string): Promise<PlainData> {
  checkPath(path, 'readArchive: path');
  return openArchive(path, async (opened) =>
    decodePlainData({ json: opened.header.data, arrays: await readArrays(opened) }),
  );
}

/**
 * Reads an archive without its typed arrays, which are empty in what it returns; its length is checked, its checksum is
 * not.
 */
export async function readArchiveOutline(path: string): Promise<PlainData> {
  return openArchive(path, async ({ header }) =>
    decodePlainData({ json: header.data, arrays: header.arrays.map(([type]) => newArray(type, 0)) }),
  );
}
