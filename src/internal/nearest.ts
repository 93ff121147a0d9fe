/** How many letters of `text` stand in `known` in the same order, each looked for behind the one that was found before. */
function lettersInOrder(text: string, known: string): number {
  let from = 0;
  return [...text].filter((letter) => {
    const found = known.indexOf(letter, from) + 1;
    from = found || from;
    return found;
  }).length;
}

/** The one of `names` that has most letters in common with `name`, in order; undefined where that is not half of the letters. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const likeness = (known: string): number =>
    lettersInOrder(name.toLowerCase(), known.toLowerCase()) / Math.max(name.length, known.length);
  return names.filter((known) => likeness(known) >= 0.5).sort((a, b) => likeness(b) - likeness(a))[0];
}

/** The sentence that suggests a name, with a blank before it; nothing where there is none to suggest. */
export const didYouMean = (near: string | undefined): string => (near ? ` Did you mean '${near}'?` : '');
