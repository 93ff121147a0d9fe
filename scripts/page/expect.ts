/** Throws unless a condition holds. */
export function expect(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless a text matches. */
export function expectMatch(text: string | null, pattern: RegExp, what: string): void {
  expect(text !== null && pattern.test(text), `${what}: '${text}' does not match ${pattern}`);
}
