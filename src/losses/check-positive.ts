/** Throws unless `value` is a finite number above 0. */
export function checkPositive(value: number, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}.`);
  if (!(value > 0) || !Number.isFinite(value)) throw new RangeError(`${name} must be above 0, got ${value}.`);
}
