/** The exports that a list has cases of: the word that each name begins with. */
export const exportsIn = (names: readonly string[]): string[] =>
  [...new Set(names.map((name) => /^\w*/.exec(name)![0]))].sort();
