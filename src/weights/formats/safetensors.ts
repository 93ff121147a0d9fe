import { anything, fields, integer, isReservedKey, listOf, oneOf } from '../../internal/readers';
import { BYTES, sizeOf, toFloats } from '../numbers';
import type { StoredTensor, StoredType, WeightFile, WeightLayout } from '../weight-file';
import { withoutCounters } from './without-counters';

const TYPES = {
  BOOL: 'bool',
  I8: 'int8',
  U8: 'uint8',
  I16: 'int16',
  U16: 'uint16',
  F16: 'float16',
  BF16: 'bfloat16',
  I32: 'int32',
  U32: 'uint32',
  F32: 'float32',
  I64: 'int64',
  U64: 'uint64',
  F64: 'float64',
} as const satisfies Readonly<Record<string, StoredType>>;

/** Of the header, as in the format's own library. */
const LONGEST_HEADER = 100_000_000;
const PREFIX = 8;

const readEntry = fields({
  dtype: oneOf(Object.keys(TYPES) as (keyof typeof TYPES)[]),
  shape: listOf(integer(), 16),
  data_offsets: listOf(integer(), 2),
});

/** What wrote it, where it says so: `format` is 'pt', 'tf', 'flax' ... */
function layoutOf(metadata: unknown, source: string): WeightLayout | undefined {
  const { format } = fields({ format: anything })(metadata ?? {}, `${source}: __metadata__`);
  if (format === 'pt') return 'torch';
  return format === 'tf' || format === 'flax' || format === 'keras' ? 'keras' : undefined;
}

/** Whether a file begins as this format does: the length of a header, and the header. */
export function isSafetensors(bytes: Uint8Array): boolean {
  // The header's length has more than four bytes of zeros above it, unless it is over 4 GB.
  return bytes.length > PREFIX && bytes[8] === 0x7b && bytes[4] === 0 && bytes[5] === 0 && bytes[6] === 0;
}

function readHeader(bytes: Uint8Array, who: string): { header: Record<string, unknown>; start: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > LONGEST_HEADER || PREFIX + length > bytes.length) {
    throw new RangeError(
      `${who}: expected a header of at most ${Math.min(LONGEST_HEADER, bytes.length - PREFIX)} bytes, found one of ` +
        `${length}: the file is torn or none of safetensors.`,
    );
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(PREFIX, PREFIX + length));
    return { header: JSON.parse(text), start: PREFIX + length };
  } catch (error) {
    throw new Error(`${who}: expected a header of JSON: ${(error as Error).message}.`, { cause: error });
  }
}

/**
 * Reads the list of tensors of a safetensors file.
 *
 * @throws {RangeError} for a header that does not fit the file: tensors outside of it, gaps, overlaps.
 * @throws {TypeError} for a header of other kinds.
 */
export function readSafetensors(bytes: Uint8Array, source: string): WeightFile {
  const { header, start } = readHeader(bytes, source);
  const { __metadata__, ...entries } = header;
  const layout = layoutOf(__metadata__, source);
  const found = Object.entries(entries).map(([name, entry]) => {
    const at = `${source}: ${name}`;
    if (isReservedKey(name)) throw new RangeError(`${at}: the name is reserved.`);
    const { dtype: code, shape, data_offsets } = readEntry(entry, at);
    const dtype: StoredType = TYPES[code];
    const [from, to] = data_offsets;
    if (to - from !== sizeOf(shape) * BYTES[dtype]) {
      throw new RangeError(`${at}: expected ${sizeOf(shape) * BYTES[dtype]} bytes for [${shape}], found ${to - from}.`);
    }
    const read = () => toFloats(bytes.subarray(start + from, start + to), dtype);
    return { from, to, tensor: { name, shape, dtype, layout, read } satisfies StoredTensor };
  });
  found.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { from, to, tensor } of found) {
    if (from !== end) {
      throw new RangeError(`${source}: expected ${tensor.name} at byte ${end} behind the header, found it at ${from}.`);
    }
    end = to;
  }
  if (start + end !== bytes.length) {
    throw new RangeError(
      `${source}: expected ${start + end} bytes, found ${bytes.length}: the file is torn or longer.`,
    );
  }
  const tensors = found.map(({ tensor }) => tensor);
  return { format: 'safetensors', source, ...withoutCounters(tensors), close: () => undefined };
}
