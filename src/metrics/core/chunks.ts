/** A growing list, held in parts so that adding to it is cheap and leaves the old list as it was. */
export type Chunks<C> = readonly C[];

/**
 * Adds a chunk at the end. The last chunk is joined with the new one while it is not longer, so that each value is
 * copied O(log n) times in all and there are O(log n) chunks.
 */
export function appendChunk<C extends { readonly length: number }>(
  chunks: Chunks<C>,
  chunk: C,
  join: (a: C, b: C) => C,
): Chunks<C> {
  const last = chunks.at(-1);
  if (last && last.length <= chunk.length) return appendChunk(chunks.slice(0, -1), join(last, chunk), join);
  return [...chunks, chunk];
}

/** One list after the other. */
export function joinChunks<C extends { readonly length: number }>(
  a: Chunks<C>,
  b: Chunks<C>,
  join: (a: C, b: C) => C,
): Chunks<C> {
  return b.reduce((chunks, chunk) => appendChunk(chunks, chunk, join), a);
}

/** Two chunks of numbers as one. */
export function joinNumbers(a: Float64Array, b: Float64Array): Float64Array {
  const joined = new Float64Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
