import type { SimdBackend } from '../backend';
import { KERNEL } from '../board';
import type { Grid, TapTable } from './conv-tiles';

/** Transformed patches of a block of tiles stay within this, about half of a core's second-level cache. */
const CACHE_BYTES = 400_000;
const MOST_TILES = 48;
const ENOUGH_ITEMS = 12;
/** Bytes between the 16 places of a patch, as in wasm/winograd.as. */
const APART = 64;

const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** The side of a square filter whose taps are neighbours, or 0. */
function sideOf({ run, groups }: TapTable): number {
  const [first] = groups;
  return first && groups.length === run && groups.every(([y, x], i) => y === first[0] + i && x === first[1]) ? run : 0;
}

/**
 * The cost model: 3x3 and 2x2 filters with step 1 save 20 of 36 products, at the price of about 5 passes over the maps of
 * either side, which pays from eight maps on both sides. Vectors of four maps make the patches, hence the multiples of 4.
 */
export function suitsWinograd(
  grid: Pick<Grid, 'table' | 'stepY' | 'stepX' | 'outStepY' | 'outStepX' | 'depth' | 'maps' | 'rows' | 'cols'>,
): boolean {
  const { table, stepY, stepX, outStepY, outStepX, depth, maps, rows, cols } = grid;
  const side = sideOf(table);
  const stepOne = stepY === 1 && stepX === 1 && outStepY === 1 && outStepX === 1;
  const wide = depth % 4 === 0 && depth >= 8 && maps % 4 === 0 && maps >= 8;
  return (side === 2 || side === 3) && stepOne && wide && rows >= 4 && cols >= 4;
}

/** Computes a grid that suits. */
export function computeWinograd({ runtime }: SimdBackend, grid: Grid): void {
  const { batch, rows, cols, maps, depth } = grid;
  const side = grid.table.run;
  const tileRows = Math.ceil(rows / (5 - side));
  const tileCols = Math.ceil(cols / (5 - side));
  const tiles = batch * tileRows * tileCols;
  if (tiles === 0) return;
  const panels = Math.ceil(maps / 8);
  const fitting = Math.floor(CACHE_BYTES / (depth * 64 + 512) / 6) * 6;
  const block = Math.max(6, Math.min(MOST_TILES, fitting, roundUp(Math.ceil(tiles / ENOUGH_ITEMS), 6)));
  const biasBytes = grid.bias ? panels * 32 : 0;
  const filterBytes = 16 * (panels * depth * 32 + APART);
  const perThread = roundUp(
    block * 64 + 16 * (block * 32 + APART) + depth * 64 + 16 * (block * depth * 4 + APART) + 64,
    64,
  );
  const biasAt = runtime.heap.allocate(roundUp(biasBytes, 64) + filterBytes + perThread * runtime.threads);
  const filterAt = biasAt + roundUp(biasBytes, 64);
  const scratchAt = filterAt + filterBytes;
  if (grid.bias) {
    const { buffer } = runtime.memory;
    const bias = new Float32Array(buffer, biasAt, panels * 8).fill(0);
    bias.set(new Float32Array(buffer, grid.bias, maps));
  }
  const { ints } = runtime;
  ints.set([grid.filter, filterAt, depth, maps, grid.flip ? 1 : 0, panels, side]);
  runtime.run(KERNEL.winogradFilter, panels, depth * maps < 4096);
  const [top, left] = grid.table.groups[0]!;
  ints.set([grid.x, grid.out, batch, grid.height, grid.width, depth, rows, cols, maps, tileRows, tileCols, top, left]);
  ints.set([block, scratchAt, perThread, side, filterAt, grid.bias ? biasAt : 0, grid.activation], 13);
  runtime.run(KERNEL.winogradTiles, Math.ceil(tiles / block), tiles * depth * maps < 8192);
  runtime.heap.free(biasAt);
}

/** The gradient of the filter of a grid that suits: `x` and `dy` as in the forward pass, `out` the filter's shape. */
export function winogradFilterGradient(
  { runtime }: SimdBackend,
  grid: Omit<Grid, 'filter' | 'flip' | 'bias' | 'activation'>,
  dy: number,
): void {
  const { batch, rows, cols, maps, depth } = grid;
  const side = grid.table.run;
  const tileRows = Math.ceil(rows / (5 - side));
  const tileCols = Math.ceil(cols / (5 - side));
  const tiles = batch * tileRows * tileCols;
  const block = 64;
  const cBlock = Math.min(depth, 64);
  const nBlock = Math.min(maps, 96);
  const tasks = Math.ceil(depth / cBlock) * Math.ceil(maps / nBlock);
  const wanted = Math.max(1, Math.min(Math.ceil(ENOUGH_ITEMS / tasks), Math.ceil(tiles / (2 * block))));
  const chunk = roundUp(Math.ceil(tiles / wanted), block);
  const chunks = Math.ceil(tiles / chunk);
  const partial = 16 * (4 * depth * maps + APART);
  const perThread = roundUp(cBlock * 64 + block * 64 * (cBlock + nBlock) + 32 * APART + 320, 64);
  const partsAt = runtime.heap.allocate(partial * chunks + perThread * runtime.threads);
  const { ints } = runtime;
  const [top, left] = grid.table.groups[0]!;
  ints.set([grid.x, partsAt, batch, grid.height, grid.width, depth, rows, cols, maps, tileRows, tileCols, top, left]);
  ints.set([block, partsAt + partial * chunks, perThread, side, dy, chunk, cBlock, nBlock, partial], 13);
  runtime.run(KERNEL.winogradGradient, chunks * tasks, tiles * depth * maps < 8192);
  ints.set([partsAt, grid.out, chunks, partial, depth, maps, side]);
  runtime.run(KERNEL.winogradFinish, depth, chunks * depth * maps < 4096);
  runtime.heap.free(partsAt);
}
