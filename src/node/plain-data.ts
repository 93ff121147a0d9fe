import type { NDArray, PlainData } from '../types';

const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array } as const;

export type ArrayType = keyof typeof ARRAYS;

/** Plain data as JSON beside the typed arrays that it refers to by number. */
export interface Encoded {
  readonly json: unknown;
  readonly arrays: readonly NDArray['data'][];
}

// JSON has no typed arrays, NaN, infinities or -0: an object with the single key `$` stands for them. `$` holds the
// number of an array, the text of a number, or an object that has a key `$` of its own.
const MARK = '$';

export function arrayType(value: unknown): ArrayType | undefined {
  const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
  return name in ARRAYS ? (name as ArrayType) : undefined;
}

export function newArray(type: string, length: number): NDArray['data'] {
  if (!(type in ARRAYS)) throw new Error(`unknown array type '${type}'`);
  return new ARRAYS[type as ArrayType](length);
}

function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** `name` is used in the error for a value that is not plain data. */
export function encodePlainData(data: PlainData, name: string): Encoded {
  const arrays: NDArray['data'][] = [];
  const encode = (value: PlainData, path: string): unknown => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
    if (typeof value === 'number') {
      if (Object.is(value, -0)) return { [MARK]: '-0' };
      return Number.isFinite(value) ? value : { [MARK]: String(value) };
    }
    if (arrayType(value) !== undefined) return { [MARK]: arrays.push(value as NDArray['data']) - 1 };
    if (Array.isArray(value)) return Array.from(value, (item, i) => encode(item, `${path}[${i}]`));
    if (typeof value !== 'object' || !isPlainObject(value)) {
      const kind = typeof value === 'object' ? Object.prototype.toString.call(value) : typeof value;
      throw new TypeError(
        `${name}: expected null, booleans, numbers, strings, arrays, plain objects or Float32, Float64, Int32, Uint8 or ` +
          `Uint16 arrays, got ${kind} at ${path}.`,
      );
    }
    const entries = Object.entries(value).map(([key, item]) => [key, encode(item, `${path}.${key}`)]);
    const object = Object.fromEntries(entries);
    return MARK in value ? { [MARK]: object } : object;
  };
  return { json: encode(data, 'data'), arrays };
}

export function decodePlainData({ json, arrays }: Encoded): PlainData {
  const decode = (value: unknown): PlainData => {
    if (value === null || typeof value !== 'object') return value as PlainData;
    if (Array.isArray(value)) return value.map(decode);
    if (!(MARK in value)) return decodeObject(value);
    const marked = value[MARK];
    if (typeof marked === 'number') return arrays[marked];
    return typeof marked === 'string' ? Number(marked) : decodeObject(marked as object);
  };
  const decodeObject = (object: object): PlainData =>
    Object.fromEntries(Object.entries(object).map(([key, item]) => [key, decode(item)]));
  return decode(json);
}
