import type { Random } from '../../src/internal/random';

/** A copy of some data with one fault in it, and what that is. */
export interface Mutated {
  readonly value: unknown;
  /** The keys on the way to the place, joined by `/`. */
  readonly path: string;
  readonly fault: string;
}

type Holder = Record<string | number, unknown>;

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer);

/** What a stranger may put in the place of anything. */
const OTHERS: Record<string, unknown> = {
  null: null,
  true: true,
  '-1': -1,
  '0.5': 0.5,
  NaN: Number.NaN,
  Infinity: Infinity,
  '1e300': 1e300,
  '2e9': 2e9,
  "''": '',
  "'7'": '7',
  "'toString'": 'toString',
  '[]': [],
  '{}': {},
  '[[[]]]': [[[]]],
  floats: new Float32Array(1),
};

/** Faults that depend on what is there. */
const CHANGES: Record<string, (holder: Holder, key: string, draw: Random) => void> = {
  gone: (holder, key) => {
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  },
  again: (holder, key) => {
    if (Array.isArray(holder)) holder.push(holder[Number(key)]);
    else holder[key] = [holder[key], holder[key]];
  },
  reserved: (holder, key) => {
    if (Array.isArray(holder)) return; // no file has keys of an array
    const value = { value: holder[key], enumerable: true, configurable: true, writable: true };
    Object.defineProperty(holder, '__proto__', value);
    Object.defineProperty(isHolder(holder[key]) ? (holder[key] as Holder) : holder, 'constructor', value);
  },
  'of another place': (holder, key, draw) => {
    const keys = Object.keys(holder);
    holder[key] = structuredClone(holder[keys[draw.integer(keys.length)]]);
  },
  shorter: (holder, key) => {
    const value = holder[key];
    holder[key] = Array.isArray(value) || ArrayBuffer.isView(value) ? (value as never as unknown[]).slice(1) : value;
  },
};

/** Every place in some data: who holds it, under which keys. */
function places(holder: Holder, path: readonly string[] = []): { holder: Holder; path: readonly string[] }[] {
  return Object.keys(holder).flatMap((key) => {
    const [inner, way] = [holder[key], [...path, key]];
    return [{ holder, path: way }, ...(isHolder(inner) ? places(inner, way) : [])];
  });
}

/** Makes one fault at a place that `draw` chooses: all are as likely. */
export function mutate(data: unknown, draw: Random): Mutated {
  const value = structuredClone(data);
  const all = places(value as Holder);
  const { holder, path } = all[draw.integer(all.length)];
  const key = path[path.length - 1];
  const names = [...Object.keys(CHANGES), ...Object.keys(OTHERS)];
  const fault = names[draw.integer(names.length)];
  if (fault in CHANGES) CHANGES[fault](holder, key, draw);
  else holder[key] = structuredClone(OTHERS[fault]);
  return { value, path: path.join('/'), fault };
}

/** What JavaScript says of a value that nobody expected: it does not help who reads it. */
export const UNHELPFUL =
  /is not a (function|constructor)|is not iterable|is not defined|Cannot (read|set|convert|destructure)|Maximum call stack|Invalid (array length|typed array)|undefined \(|null \(/;
