/**
 * Reads one value of data from outside, which can be anything: returns it, or a copy of its known parts.
 *
 * @throws {TypeError} for another kind of value.
 * @throws {RangeError} for one out of range; both say where (`at`) and what was found.
 */
export type Reader<V> = (value: unknown, at: string) => V;

type Read<R> = R extends Reader<infer V> ? V : never;

function describe(value: unknown): string {
  if (typeof value === 'string') return value.length > 40 ? `a string of ${value.length} characters` : `'${value}'`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name} of ${value.byteLength} bytes`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return value === undefined ? 'nothing' : String(value);
}

function refuse(Kind: typeof RangeError | typeof TypeError, at: string, expected: string, value: unknown): never {
  throw new Kind(`${at}: expected ${expected}, found ${describe(value)}.`);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether every object has something of this name, so that `record[name]` finds it where nobody put it. */
export function isReservedKey(name: string): boolean {
  return name in Object.prototype;
}

export const anything: Reader<unknown> = (value) => value;

export const text: Reader<string> = (value, at) =>
  typeof value === 'string' ? value : refuse(TypeError, at, 'a string', value);

/** Any number, NaN and infinities too. */
export const number: Reader<number> = (value, at) =>
  typeof value === 'number' ? value : refuse(TypeError, at, 'a number', value);

/** A finite number of at least `least`. */
export function finite(least = -Infinity): Reader<number> {
  const expected = least === -Infinity ? 'a finite number' : `a finite number of at least ${least}`;
  return (value, at) => {
    const found = number(value, at);
    return Number.isFinite(found) && found >= least ? found : refuse(RangeError, at, expected, found);
  };
}

/** An integer of at least `least`, not so large that integers are no longer exact. */
export function integer(least = 0): Reader<number> {
  return (value, at) => {
    const found = number(value, at);
    const fits = Number.isSafeInteger(found) && found >= least;
    return fits ? found : refuse(RangeError, at, `an integer of at least ${least}`, found);
  };
}

export function oneOf<const V extends string | number>(values: readonly V[]): Reader<V> {
  return (value, at) => {
    if (values.includes(value as V)) return value as V;
    return refuse(
      RangeError,
      at,
      values.map((one) => (typeof one === 'string' ? `'${one}'` : one)).join(' or '),
      value,
    );
  };
}

/** Any number that can be compared: infinities too, but not NaN. */
export const comparable: Reader<number> = (value, at) => {
  const found = number(value, at);
  return Number.isNaN(found) ? refuse(RangeError, at, 'a number', found) : found;
};

/** Also one of another realm, as `structuredClone` returns it under some test runners. */
export function isFloats(value: unknown): value is Float32Array {
  return Object.prototype.toString.call(value) === '[object Float32Array]';
}

export const floats: Reader<Float32Array> = (value, at) =>
  isFloats(value) ? value : refuse(TypeError, at, 'a Float32Array', value);

/** An array of `most` items or less. */
export function listOf<V>(item: Reader<V>, most = Infinity): Reader<readonly V[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return refuse(TypeError, at, 'an array', value);
    if (value.length > most) return refuse(RangeError, at, `an array of at most ${most}`, value);
    return Array.from(value, (one, i) => item(one, `${at}[${i}]`));
  };
}

/** An object without reserved keys. Only its own are looked at. */
const object: Reader<Readonly<Record<string, unknown>>> = (value, at) => {
  if (!isPlainObject(value)) return refuse(TypeError, at, 'an object', value);
  const reserved = Object.keys(value).find(isReservedKey);
  if (reserved !== undefined) throw new RangeError(`${at}: expected no key '${reserved}', which every object has.`);
  return value;
};

/** An object with any keys. */
export function recordOf<V>(item: Reader<V>): Reader<Readonly<Record<string, V>>> {
  return (value, at) =>
    Object.fromEntries(Object.entries(object(value, at)).map(([key, one]) => [key, item(one, `${at}.${key}`)]));
}

/** An object with these keys; others, and those of which nothing is read, are left out of what it returns. */
export function fields<R extends Readonly<Record<string, Reader<unknown>>>>(
  readers: R,
): Reader<{ readonly [K in keyof R]: Read<R[K]> }> {
  return (value, at) => {
    const found = object(value, at);
    const known = Object.entries(readers).map(([key, reader]) => [
      key,
      reader(Object.hasOwn(found, key) ? found[key] : undefined, `${at}.${key}`),
    ]);
    return Object.fromEntries(known.filter(([, one]) => one !== undefined));
  };
}

export function orNull<V>(reader: Reader<V>): Reader<V | null> {
  return (value, at) => (value === null ? null : reader(value, at));
}

export function optional<V>(reader: Reader<V>): Reader<V | undefined> {
  return (value, at) => (value === undefined ? undefined : reader(value, at));
}
