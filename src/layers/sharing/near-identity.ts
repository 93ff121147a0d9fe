/** A square matrix, row by row, with `self` on the diagonal and the rest of 1 in equal parts beside it. */
export function nearIdentity(count: number, self: number): Float32Array {
  const values = new Float32Array(count * count).fill((1 - self) / (count - 1));
  for (let i = 0; i < count; i++) values[i * count + i] = self;
  return values;
}
