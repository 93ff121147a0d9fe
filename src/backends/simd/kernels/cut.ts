import { roundUp } from './kernel';

/** The size of blocks, of at most `most` and a multiple of `step`, that cuts `total` most evenly. */
export function even(total: number, most: number, step: number): number {
  return total <= most ? total : roundUp(Math.ceil(total / Math.ceil(total / most)), step);
}

/**
 * How many pieces to cut work into that `count` would do for: two or more for each thread, as one may come late, and the same
 * number for all. No number may depend on such a cut, as it depends on the threads.
 */
export function spread(count: number, threads: number): number {
  return threads > 1 && count < 8 * threads ? roundUp(count, 2 * threads) : count;
}

/** Pixels or tiles that a block has at least where there are as many: fewer leave groups of six half empty. */
const LEAST_BLOCK = 18;

/** How many of `total` pixels or tiles, of which a thread's cache holds `most`, to work on at a time. */
export function blockOf(total: number, most: number, threads: number): number {
  const wanted = spread(Math.ceil(total / most), threads);
  return even(total, Math.min(most, Math.max(LEAST_BLOCK, roundUp(Math.ceil(total / wanted), 6))), 6);
}
