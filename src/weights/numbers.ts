import type { StoredType } from './weight-file';

/** Bytes of one number. */
export const BYTES: Readonly<Record<StoredType, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
};

/** Those of which float32 has every number. */
const EXACT: readonly StoredType[] = ['bool', 'int8', 'uint8', 'int16', 'uint16', 'float16', 'bfloat16', 'float32'];

/** Whether reading may round. */
export function isRounded(dtype: StoredType): boolean {
  return !EXACT.includes(dtype);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The value of a half precision number's bits. */
function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Reads one number at a byte. */
type ReadNumber = (view: DataView, at: number) => number;

const READ: Readonly<Record<Exclude<StoredType, 'bfloat16'>, ReadNumber>> = {
  bool: (view, at) => (view.getUint8(at) === 0 ? 0 : 1),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at) => view.getInt16(at, true),
  uint16: (view, at) => view.getUint16(at, true),
  float16: (view, at) => halfToFloat(view.getUint16(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  float64: (view, at) => view.getFloat64(at, true),
};

/** Whether this machine stores numbers as files do. */
const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Numbers that lie one after the other in `bytes`, little-endian, as the nearest float32. */
export function toFloats(bytes: Uint8Array, dtype: StoredType): Float32Array {
  const count = Math.floor(bytes.byteLength / BYTES[dtype]);
  const floats = new Float32Array(count);
  if (dtype === 'float32' && LITTLE_ENDIAN) {
    new Uint8Array(floats.buffer).set(bytes.subarray(0, count * 4));
    return floats;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (dtype === 'bfloat16') {
    // It is the upper half of a float32.
    const bits = new Uint32Array(floats.buffer);
    for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * i, true) << 16;
    return floats;
  }
  const read = READ[dtype];
  for (let i = 0; i < count; i++) floats[i] = read(view, i * BYTES[dtype]);
  return floats;
}
