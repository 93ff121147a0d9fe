/** The one of `names` that has most letters in common with `name`; undefined where that is not half of the letters. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const likeness = (known: string): number =>
    [...name.toLowerCase()].filter((letter) => known.toLowerCase().includes(letter)).length /
    Math.max(name.length, known.length);
  return names.filter((known) => likeness(known) >= 0.5).sort((a, b) => likeness(b) - likeness(a))[0];
}
