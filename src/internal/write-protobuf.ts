/** A part of a protobuf message: bytes that are written one after the other, and how many. */
export interface Bytes {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  // Negative numbers are written as 64 bits.
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return bytes;
}

const key = (field: number, wire: number): number[] => varint(BigInt(field * 8 + wire));

const own = (bytes: readonly number[]): Bytes => ({ parts: [Uint8Array.from(bytes)], length: bytes.length });

/** Fields one after the other: a message. */
export function message(...fields: readonly Bytes[]): Bytes {
  return {
    parts: fields.flatMap(({ parts }) => parts),
    length: fields.reduce((sum, { length }) => sum + length, 0),
  };
}

/** A field that holds an integer. */
export const integer = (field: number, value: number): Bytes => own([...key(field, VARINT), ...varint(BigInt(value))]);

const inMemory = ({ buffer, byteLength }: Float32Array | Float64Array): Bytes => ({
  parts: [new Uint8Array(buffer)],
  length: byteLength,
});

/** A field that holds a number in single precision. */
export const float = (field: number, value: number): Bytes =>
  message(own(key(field, FIXED32)), inMemory(Float32Array.of(value)));

/** A field that holds a number in double precision. */
export const double = (field: number, value: number): Bytes =>
  message(own(key(field, FIXED64)), inMemory(Float64Array.of(value)));

/** A field that holds a message or bytes. */
export function inside(field: number, content: Bytes): Bytes {
  return message(own([...key(field, LENGTH), ...varint(BigInt(content.length))]), content);
}

/** A field that holds bytes as they are. */
export const bytes = (field: number, content: Uint8Array): Bytes =>
  inside(field, { parts: [content], length: content.length });

/** A field that holds a text. */
export const text = (field: number, content: string): Bytes => bytes(field, new TextEncoder().encode(content));
