/** Insertions, deletions and exchanges of one letter that make `b` of `a`. Source: Wagner, Fischer, 1974. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The one of `names` that is spelled most like `name`; undefined where most of its letters would have to change. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const cost = (known: string): number => editDistance(name.toLowerCase(), known.toLowerCase());
  const best = [...names].sort((a, b) => cost(a) - cost(b))[0];
  return best !== undefined && cost(best) <= Math.max(name.length, best.length) / 2 ? best : undefined;
}
