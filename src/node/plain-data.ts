import type { NDArray, PlainData } from '../types';

const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array } as const;

export type ArrayType = keyof typeof ARRAYS;

export const ARRAY_TYPES = Object.keys(ARRAYS) as readonly ArrayType[];

/** Plain data as JSON beside the typed arrays that it refers to by number. */
export interface Encoded {
  readonly json: unknown;
  readonly arrays: readonly NDArray['data'][];
}

// JSON has no typed arrays, NaN, infinities or -0: an object with the single key `$` stands for them. `$` holds the
// number of an array, the text of a number, or an object that has a key `$` of its own.
const MARK = '$';
const NUMBERS = new Map(
  [NaN, Infinity, -Infinity, -0].map((value) => [Object.is(value, -0) ? '-0' : String(value), value]),
);
// Whoever reads plain data calls itself for each level of it.
const DEEPEST = 1000;

export function arrayType(value: unknown): ArrayType | undefined {
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return Object.hasOwn(ARRAYS, name) ? (name as ArrayType) : undefined;
}

export function newArray(type: ArrayType, length: number): NDArray['data'] {
  return new ARRAYS[type](length);
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `name` is used in the error for a value that is not plain data. */
export function encodePlainData(data: PlainData, name: string): Encoded {
  const arrays: NDArray['data'][] = [];
  const encode = (value: PlainData, path: string, depth = 0): unknown => {
    if (depth > DEEPEST)
      throw new RangeError(`${name}: expected at most ${DEEPEST} levels, got more at ${path.slice(0, 40)}...`);
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') {
      if (Object.is(value, -0)) return { [MARK]: '-0' };
      return Number.isFinite(value) ? value : { [MARK]: String(value) };
    }
    if (arrayType(value) !== undefined) return { [MARK]: arrays.push(value as NDArray['data']) - 1 };
    if (Array.isArray(value)) return Array.from(value, (item, i) => encode(item, `${path}[${i}]`, depth + 1));
    if (typeof value !== 'object' || !isPlainObject(value)) {
      const kind = typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
      throw new TypeError(
        `${name}: expected null, booleans, numbers, strings, arrays, plain objects or Float32, Float64, Int32, Uint8 or ` +
          `Uint16 arrays, got ${kind} at ${path}.`,
      );
    }
    const entries = Object.entries(value).map(([key, item]) => [key, encode(item, `${path}.${key}`, depth + 1)]);
    const object = Object.fromEntries(entries);
    return Object.hasOwn(value, MARK) ? { [MARK]: object } : object;
  };
  return { json: encode(data, 'data'), arrays };
}

/** @throws {Error} where it is nothing that {@link encodePlainData} returns. */
export function decodePlainData({ json, arrays }: Encoded): PlainData {
  let used = 0;
  const decode = (value: unknown, depth: number): PlainData => {
    if (depth > DEEPEST) throw new Error(`its data has more than ${DEEPEST} levels`);
    if (value === null || typeof value !== 'object') return value as PlainData;
    if (Array.isArray(value)) return value.map((item) => decode(item, depth + 1));
    return MARK in value ? decodeMarked(value as { readonly [MARK]: unknown }, depth) : decodeObject(value, depth);
  };
  const decodeMarked = (value: { readonly [MARK]: unknown }, depth: number): PlainData => {
    const marked = value[MARK];
    if (Object.keys(value).length === 1) {
      // Arrays are written in the order in which they are met.
      if (marked === used && used < arrays.length) return arrays[used++];
      const number = typeof marked === 'string' ? NUMBERS.get(marked) : undefined;
      if (number !== undefined) return number;
      if (typeof marked === 'object' && marked !== null && Object.hasOwn(marked, MARK))
        return decodeObject(marked, depth);
    }
    throw new Error(
      `its data has ${JSON.stringify(value).slice(0, 40)} where a mark stands for array ${used} or a number`,
    );
  };
  const decodeObject = (object: object, depth: number): PlainData =>
    Object.fromEntries(Object.entries(object).map(([key, item]) => [key, decode(item, depth + 1)]));
  const data = decode(json, 0);
  if (used < arrays.length) throw new Error(`its data has ${used} of its ${arrays.length} arrays`);
  return data;
}
