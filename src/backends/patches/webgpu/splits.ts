/** As many workgroups as keep a large GPU busy. */
const WORKGROUPS = 1024;
/** Summands below which a further split costs more than it saves. */
const FEWEST_SUMMANDS = 256;

/** Into how many parts to split the sums of a product, so that all of the GPU takes part. */
export function splitsFor(rows: number, columns: number, inner: number): number {
  const tiles = Math.ceil(rows / 64) * Math.ceil(columns / 64);
  return Math.max(1, Math.min(Math.ceil(WORKGROUPS / tiles), Math.floor(inner / FEWEST_SUMMANDS)));
}
