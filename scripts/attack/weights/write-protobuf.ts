import { floatBytes, listOf, numberOf, recordOf, textOf } from './plain';

/** A field of a message: a number, a text, floats or a message. */
export type Field =
  | { readonly field: number; readonly number: number }
  | { readonly field: number; readonly text: string }
  | { readonly field: number; readonly floats: readonly number[] }
  | { readonly field: number; readonly message: readonly Field[] };

function varint(value: unknown): Buffer {
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(numberOf(value))));
  const bytes: number[] = [];
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

/** Levels of messages: an edit may have put one into itself, again and again. */
const DEEPEST = 50;

/** A message; `wire` and `longer` of a field change how it is written. */
export function writeMessage(fields: unknown, depth = 0): Buffer {
  return Buffer.concat(
    listOf(fields).flatMap((one) => {
      const { field, wire, longer, number, text, floats, message } = recordOf(one);
      const bytes =
        message !== undefined && depth < DEEPEST
          ? writeMessage(message, depth + 1)
          : floats !== undefined
            ? floatBytes(floats)
            : text !== undefined
              ? Buffer.from(textOf(text))
              : undefined;
      const kind = wire === undefined ? (bytes === undefined ? 0 : 2) : numberOf(wire) & 7;
      const key = varint(numberOf(field) * 8 + kind);
      if (bytes === undefined) return [key, varint(number)];
      return [key, varint(bytes.length + numberOf(longer)), bytes];
    }),
  );
}
