import { checkNumber } from './check-kinds';
import { refuse } from './refuse';

/** Throws unless `value` is an integer of at least `minimum`. */
export function checkInteger(value: number, minimum: number, name: string): void {
  checkNumber(value, name);
  if (!Number.isInteger(value) || value < minimum) refuse(name, `be an integer of at least ${minimum}`, value);
}

/** Throws unless `value` is a finite number in [low, high]. */
export function checkRange(value: number, low: number, high: number, name: string): void {
  checkNumber(value, name);
  if (!(value >= low && value <= high) || !Number.isFinite(value)) refuse(name, `lie in [${low}, ${high}]`, value);
}

/** Throws unless `value` is one of `choices`. */
export function checkChoice<V extends string>(value: V, choices: readonly V[], name: string): void {
  if (!choices.includes(value)) {
    throw new RangeError(`${name} must be one of '${choices.join("', '")}'; got '${value}'.`);
  }
}

/** Throws unless the two shapes are the same. */
export function checkSameShape(a: readonly number[], b: readonly number[], name: string): void {
  if (a.length !== b.length || a.some((n, i) => n !== b[i])) {
    throw new RangeError(`${name}: yTrue and yPred must have one shape, got [${a}] and [${b}].`);
  }
}
