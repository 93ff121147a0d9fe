// Sizes that decide how work is cut and shared. One rule for their names here and in the kernels' own files: LEAST_ and MOST_
// bound a size, WANTED_ is how many pieces work is cut into where it can be, and the last word is the unit.

/**
 * The sizes that every kernel cuts by. A runtime has them as `tuning`; the op suite sets them so low that even the small
 * tensors of its tests are cut and shared.
 */
export interface Tuning {
  /** Elements of an item of a simple pass: one thread does them in about 10 microseconds; fewer are not worth sharing. */
  readonly itemElements: number;
  /** Multiply-adds of a product from which on threads share it. */
  readonly leastSharedProducts: number;
  /** Elements from which on threads share a pass over windows: pooling, resizing. */
  readonly leastSharedElements: number;
  /** Bytes of unfolded planes that the convolution of a volume makes at once, about. */
  readonly mostUnfoldedBytes: number;
}

export const DEFAULT_TUNING: Tuning = {
  itemElements: 16_384,
  leastSharedProducts: 200_000,
  leastSharedElements: 32_768,
  mostUnfoldedBytes: 64 * 1024 * 1024,
};
