import { checkArray } from '../../internal/check-kinds';
/** Throws unless `spacing` is a positive number, or an array of them. */
export function checkSpacing(spacing: number | readonly number[], name: string): void {
  if (typeof spacing !== 'number') checkArray(spacing, `${name}: spacing`);
  for (const length of typeof spacing === 'number' ? [spacing] : spacing) {
    if (typeof length !== 'number') throw new TypeError(`${name}: spacing must be numbers, got ${typeof length}.`);
    if (!(length > 0 && length < Infinity)) {
      throw new RangeError(`${name}: spacing must be positive and finite, got [${spacing}].`);
    }
  }
}

/** One length for each of `axes` axes. */
export function readSpacing(spacing: number | readonly number[], axes: number, name: string): readonly number[] {
  checkSpacing(spacing, name);
  if (typeof spacing === 'number') return Array<number>(axes).fill(spacing);
  if (spacing.length === axes) return spacing;
  throw new RangeError(`${name}: spacing needs one number, or one for each of ${axes} axes, got [${spacing}].`);
}
