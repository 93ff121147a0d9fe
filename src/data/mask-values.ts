import type { NDArray } from '../types';

/**
 * What the values of a mask mean: for each the number of its class, from 0 (the background) on, or `'unknown'`. Grey
 * values are whole numbers, colours `'#rrggbb'`; a grey one may be written either way.
 */
export interface MaskValues {
  readonly [value: string | number]: number | 'unknown';
}

/** Where colours begin among keys; below are grey values. */
const COLOURS = 2 ** 32;

/** One number for the value of the pixel whose channels start at `place`: a grey value, or a colour. */
export function keyOf(data: NDArray['data'], place: number, channels: number): number {
  const red = data[place];
  if (channels === 1) return red;
  const [green, blue] = [data[place + 1], data[place + 2]];
  return red === green && red === blue ? red : COLOURS + red * 2 ** 16 + green * 2 ** 8 + blue;
}

/** How a value is written in `values`. */
export const nameOfKey = (key: number): string =>
  key >= COLOURS ? `'#${(key - COLOURS).toString(16).padStart(6, '0')}'` : String(key);

function parseKey(text: string, name: string): number {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (!/^#[0-9a-f]{6}$/i.test(text)) {
    throw new RangeError(`${name}: values must be whole numbers or colours such as '#ff0000', got '${text}'.`);
  }
  const colour = Number.parseInt(text.slice(1), 16);
  return keyOf(Uint8Array.of(colour >> 16, (colour >> 8) & 255, colour & 255), 0, 3);
}

/** The meaning of each value, by its key. @throws {RangeError} unless the classes are all numbers from 0 to at least 1. */
export function parseValues(values: MaskValues, name: string): Map<number, number | 'unknown'> {
  if (values === null || typeof values !== 'object') {
    throw new TypeError(`${name}: values must be an object such as { 0: 0, 255: 1 }, got ${values}.`);
  }
  const table = new Map<number, number | 'unknown'>();
  for (const [text, meaning] of Object.entries(values)) {
    const key = parseKey(text, name);
    if (table.has(key)) throw new RangeError(`${name}: values names ${nameOfKey(key)} twice.`);
    if (meaning !== 'unknown' && !(Number.isInteger(meaning) && meaning >= 0)) {
      throw new RangeError(
        `${name}: values must mean the number of a class or 'unknown', got ${meaning} for '${text}'.`,
      );
    }
    table.set(key, meaning);
  }
  const named = new Set(table.values());
  const classes = classesOf(table);
  for (let i = 0; i < Math.max(2, classes); i++) {
    if (named.has(i)) continue;
    throw new RangeError(
      `${name}: values must name each class from 0 (the background) to ${Math.max(1, classes - 1)}, got none that means ${i}.`,
    );
  }
  return table;
}

/** How many classes there are. */
export const classesOf = (table: ReadonlyMap<number, number | 'unknown'>): number =>
  Math.max(...[...table.values()].map((meaning) => (meaning === 'unknown' ? 0 : meaning + 1)));
