/** Throws unless `value` is one of `choices`. */
export function checkNumberChoice(value: number, choices: readonly number[], name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number, got ${typeof value}.`);
  if (!choices.includes(value)) throw new RangeError(`${name} must be one of ${choices.join(', ')}; got ${value}.`);
}
