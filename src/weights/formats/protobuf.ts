/** A field of a protobuf message: a number, or bytes. */
export interface ProtoField {
  readonly number: number;
  /** Of a varint. Exact up to 2^53. */
  readonly value: number;
  /** Of a text, bytes, packed numbers or a message, and of a number of fixed size. */
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array();
/** Of a varint, in bytes. */
const LONGEST = 10;

const torn = (): RangeError => new RangeError('it is torn, or no protobuf message');

/** The number at `at` and where it ends. */
function readVarint(bytes: Uint8Array, at: number): readonly [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < LONGEST && at + i < bytes.length; i++) {
    const byte = bytes[at + i];
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw torn();
}

/**
 * The fields of a message, one after the other.
 *
 * @throws {RangeError} where the bytes are no message, or are torn. It does not name the file.
 */
export function* protoFields(message: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): number => {
    const [value, end] = readVarint(message, at);
    at = end;
    return value;
  };
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw torn();
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (number === 0) throw torn();
    if (wire === 0) yield { number, value: varint(), bytes: NONE };
    else if (wire === 1) yield { number, value: 0, bytes: take(8) };
    else if (wire === 2) yield { number, value: 0, bytes: take(varint()) };
    else if (wire === 5) yield { number, value: 0, bytes: take(4) };
    else throw torn();
  }
}

/** The numbers of a repeated field: packed ones, or one that is not. */
export function protoNumbers({ value, bytes }: ProtoField): number[] {
  if (bytes.length === 0) return [value];
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [number, end] = readVarint(bytes, at);
    numbers.push(number);
    at = end;
  }
  return numbers;
}
