/** Where one line's lower envelope of parabolas is kept; reused from line to line. */
export interface Envelope {
  readonly centers: Int32Array;
  readonly heights: Float64Array;
  /** From where on, in units of length, each parabola is the lowest. */
  readonly starts: Float64Array;
}

/** Replaces a line of squared distances `values` by min over q of values[q] + (spacing (p - q))^2, at each p. */
export function euclideanLine(
  values: Float64Array,
  offset: number,
  stride: number,
  length: number,
  spacing: number,
  { centers, heights, starts }: Envelope,
): void {
  let count = 0;
  for (let q = 0; q < length; q++) {
    const height = values[offset + q * stride];
    if (height === Infinity) continue;
    let start = -Infinity;
    while (count > 0) {
      const center = centers[count - 1];
      const rise = (height - heights[count - 1]) / (2 * spacing * (q - center));
      start = (spacing * (q + center)) / 2 + rise;
      if (start > starts[count - 1]) break;
      count--;
      start = -Infinity;
    }
    centers[count] = q;
    heights[count] = height;
    starts[count] = start;
    count++;
  }
  if (count === 0) return;
  let lowest = 0;
  for (let p = 0; p < length; p++) {
    while (lowest + 1 < count && starts[lowest + 1] <= p * spacing) lowest++;
    values[offset + p * stride] = heights[lowest] + (spacing * (p - centers[lowest])) ** 2;
  }
}

/** Replaces a line of `values` by min over q of values[q] + spacing |p - q|, at each p. */
export function taxicabLine(
  values: Float64Array,
  offset: number,
  stride: number,
  length: number,
  spacing: number,
): void {
  const pass = (from: number, step: number) => {
    for (let i = 1, at = from + step; i < length; i++, at += step) {
      values[at] = Math.min(values[at], values[at - step] + spacing);
    }
  };
  pass(offset, stride);
  pass(offset + (length - 1) * stride, -stride);
}

/** Replaces a line of `values` by min over q of max(values[q], spacing |p - q|), at each p; `line` has room for a line. */
export function chessboardLine(
  values: Float64Array,
  offset: number,
  stride: number,
  length: number,
  spacing: number,
  line: Float64Array,
): void {
  for (let p = 0; p < length; p++) line[p] = values[offset + p * stride];
  for (let p = 0; p < length; p++) {
    let best = line[p];
    // No pixel further away than the best so far can be better.
    for (let k = 1; k * spacing < best && (k <= p || p + k < length); k++) {
      if (k <= p) best = Math.min(best, Math.max(line[p - k], k * spacing));
      if (p + k < length) best = Math.min(best, Math.max(line[p + k], k * spacing));
    }
    values[offset + p * stride] = best;
  }
}
