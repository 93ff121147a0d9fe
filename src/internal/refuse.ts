/** Throws the RangeError that says what a value must be or do, and what came. */
export function refuse(name: string, must: string, got: unknown): never {
  throw new RangeError(`${name} must ${must}, got ${got}.`);
}
