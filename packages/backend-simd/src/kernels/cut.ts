import { roundUp } from './kernel';

/** The size of blocks, of at most `most` and a multiple of `step`, that cuts `total` most evenly. */
export function evenSplit(total: number, most: number, step: number): number {
  return total <= most ? total : roundUp(Math.ceil(total / Math.ceil(total / most)), step);
}

/**
 * How many pieces to cut work into that `count` would do for: two or more for each thread, as one may come late, and the same
 * number for all. No number may depend on such a cut, as it depends on the threads.
 */
function roundToThreads(count: number, threads: number): number {
  return threads > 1 && count < 8 * threads ? roundUp(count, 2 * threads) : count;
}

/** Pixels or tiles that a block has at least where there are as many: fewer leave groups of six half empty. */
const LEAST_BLOCK_PIXELS = 18;

/** How many of `total` pixels or tiles, of which a thread's cache holds `most`, to work on at a time. */
export function blockOf(total: number, most: number, threads: number): number {
  const wanted = roundToThreads(Math.ceil(total / most), threads);
  return evenSplit(total, Math.min(most, Math.max(LEAST_BLOCK_PIXELS, roundUp(Math.ceil(total / wanted), 6))), 6);
}

/** How many items a gradient of a filter is cut into at least, where it can be. */
const WANTED_ITEMS = 12;

/** How the gradient of a filter is cut: into blocks of channels and of filters, and its sum over pixels or tiles into chunks. */
export interface GradientCut {
  readonly channelBlock: number;
  readonly filterBlock: number;
  /** Blocks of channels times blocks of filters. */
  readonly tasks: number;
  readonly chunk: number;
  readonly chunks: number;
}

/**
 * Cuts a sum over `total` pixels or tiles, at least `leastChunk` a part where there are as many, for each pair of a channel and a filter.
 * The parts depend on the shape alone; which pairs stand together in an item does not change a sum.
 */
export function cutGradient(
  { channels, filters }: { readonly channels: number; readonly filters: number },
  total: number,
  leastChunk: number,
  threads: number,
): GradientCut {
  const channelBlock = evenSplit(channels, 48, 12);
  const cBlocks = Math.ceil(channels / channelBlock);
  const fewest = cBlocks * Math.ceil(filters / 64);
  const chunk = Math.ceil(total / Math.min(Math.ceil(WANTED_ITEMS / fewest), Math.ceil(total / leastChunk)));
  const chunks = Math.ceil(total / chunk);
  const nBlocks = Math.ceil(roundToThreads(fewest * chunks, threads) / (cBlocks * chunks));
  const filterBlock = evenSplit(filters, roundUp(Math.ceil(filters / nBlocks), 8), 8);
  return { channelBlock, filterBlock, tasks: cBlocks * Math.ceil(filters / filterBlock), chunk, chunks };
}
