import { kindOf } from '../../internal/check-kinds';
/** Throws unless `values` are an array or a typed one. */
export function checkList(values: ArrayLike<number>, name: string): void {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
  if (!isList) throw new TypeError(`${name} must be an array of numbers, got ${kindOf(values)}.`);
}

/** Throws unless every value is a number other than NaN: arithmetic takes null for 0, and compares NaN with nothing. */
export function checkNumbers(values: ArrayLike<number>, name: string): void {
  checkList(values, name);
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value !== 'number') {
      throw new TypeError(`${name} must be numbers, got ${value === null ? 'null' : typeof value} at place ${i}.`);
    }
    if (Number.isNaN(value)) throw new RangeError(`${name} must be numbers, got NaN at place ${i}.`);
  }
}
