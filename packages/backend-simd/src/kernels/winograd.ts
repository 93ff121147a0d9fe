import { KERNEL } from '../abi/board';
import {
  ADDRESS_BYTES,
  EMPTY_BYTES,
  PANEL_ROW,
  PATCH_PLACES,
  PATCH_SIDE,
  PLACE_GAP,
  SIX_WORDS,
  TILE_BYTES,
  TRANSFORM_BYTES,
} from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import type { Runtime } from '../runtime/runtime';
import { type Behind, type Grid, type Operands, sumChunks, type TapTable } from './conv-tiles';
import { blockOf, cutGradient, even } from './cut';
import { roundUp } from './kernel';

/** Bytes of scratch that every pass needs for its transforms. */
const TEMP_BYTES = TRANSFORM_BYTES + ADDRESS_BYTES;
/**
 * Filters up to this many bytes are transformed once for all blocks of tiles; larger ones by each block, panel by panel. Where
 * many blocks read them, it pays to take them from a third-level cache.
 */
const MOST_PREPARED = 1024 * 1024;
const MOST_PREPARED_FOR_MANY = 12 * MOST_PREPARED;
const MANY_TILES = 96;
/** Tiles that a part of a sum has at least where there are as many. */
const LEAST_CHUNK = 64;

/**
 * What the transforms multiply by, at arguments 32 and on, made of the points 0, ±3/4, ±3/2 and infinity: of the symmetric
 * ones, whose even and odd parts are shared, these err least, and all numbers but the scales are exact.
 */
const POINTS = ((a: number, b: number): number[] => {
  const [a2, b2] = [a * a, b * b];
  const scales = [1 / (a2 * b2), 1 / (2 * a2 * (a2 - b2)), 1 / (2 * b2 * (b2 - a2))];
  return [a, b, a2, b2, a2 * b2, a2 + b2, a * a2, b * b2, a2 * a2, b2 * b2, ...scales];
})(3 / 4, 3 / 2);

/** The side of a square filter whose taps are neighbours, or 0. */
function sideOf({ run, groups }: TapTable): number {
  const [first] = groups;
  return first && groups.length === run && groups.every(([y, x], i) => y === first[0] + i && x === first[1]) ? run : 0;
}

/** Tiles of a grid, each as many outputs a side as a patch gives. */
function tilesOf({ table, batch, rows, cols }: Pick<Grid, 'table' | 'batch' | 'rows' | 'cols'>) {
  const outputs = PATCH_SIDE + 1 - table.run;
  const tileRows = Math.ceil(rows / outputs);
  const tileCols = Math.ceil(cols / outputs);
  return { tileRows, tileCols, tiles: batch * tileRows * tileCols };
}

/**
 * The cost model, in multiply-adds: 36 products a tile for each pair of maps; the transforms, measured to cost as much as 350
 * for each map of the input in a tile, 300 for one of the output and 300 for each pair of maps; direct convolution, one a
 * tap. Tiles are multiplied six at a time, maps eight. Vectors of four maps make the patches, hence the multiples of 4.
 */
function winogradCost(grid: Grid): number {
  const { table, stepY, stepX, outStepY, outStepX, depth, maps } = grid;
  const side = sideOf(table);
  const stepOne = stepY === 1 && stepX === 1 && outStepY === 1 && outStepX === 1;
  if (!stepOne || (side !== 2 && side !== 3) || depth % 4 !== 0 || maps % 4 !== 0) return Number.POSITIVE_INFINITY;
  const { tiles } = tilesOf(grid);
  const products = PATCH_PLACES * roundUp(tiles, 6) * depth * roundUp(maps, 8);
  const transforms = tiles * (350 * depth + 300 * maps) + 300 * depth * maps;
  return products + transforms;
}

const directCost = ({ batch, rows, cols, table, depth, maps }: Grid): number =>
  batch * rows * cols * table.order.length * depth * roundUp(maps, 8);

/** Whether a grid is computed faster by Winograd. */
export const suitsWinograd = (grid: Grid): boolean => winogradCost(grid) < directCost(grid);

/** Writes the arguments that both products share. */
function setPatches({ ints, floats }: Runtime, grid: Grid, x: number, behind: Behind | undefined, out: number): void {
  const { batch, height, width, depth, rows, cols, maps, table } = grid;
  const { tileRows, tileCols } = tilesOf(grid);
  const [top, left] = table.groups[0]!;
  ints.set([x, out, batch, height, width, depth, rows, cols, maps, tileRows, tileCols, top, left]);
  ints[16] = table.run;
  ints[25] = behind?.at ?? 0;
  ints[26] = behind?.depth ?? depth;
  floats.set(POINTS, 32);
}

/**
 * Computes a grid that suits. Blocks of tiles, maps of the input and shares of the output's maps are such that what a thread
 * works on stays in a second-level cache of 1 MiB, half of it for others: patches of 96 tiles by 16 maps to 12 by 64, beside the
 * products of 128 maps that are summed over blocks of the input's. Blocks that prepare their own filter share that among more tiles.
 */
export function computeWinograd({ runtime }: SimdBackend, grid: Grid, operands: Operands): void {
  const { x, out, filter, bias, flip, activation } = operands;
  const { maps, depth } = grid;
  const { tiles } = tilesOf(grid);
  if (tiles === 0) return;
  const panels = Math.ceil(maps / 8);
  const cBlock = even(depth, 64, 4);
  const sums = cBlock < depth;
  const panelBytes = PATCH_PLACES * (depth * PANEL_ROW + PLACE_GAP);
  const ready = panels * panelBytes <= (tiles < MANY_TILES ? MOST_PREPARED : MOST_PREPARED_FOR_MANY);
  const most = cBlock <= 16 ? 96 : cBlock <= 32 || !ready ? 24 : 12;
  const block = blockOf(tiles, most, runtime.threads);
  const blocks = Math.ceil(tiles / block);
  // Each share of the panels transforms the patches again, so there are no more than threads need.
  const shares = Math.min(panels, Math.ceil(runtime.threads / blocks));
  const split = sums ? Math.max(shares, Math.ceil(panels / 16)) : shares;
  const prepared = blocks > 1 && ready;
  const biasBytes = bias ? panels * PANEL_ROW : 0;
  const zeroBytes = roundUp(depth * 4, 64);
  const filterBytes = prepared ? panels * panelBytes : 0;
  const sixes = Math.ceil(block / 6);
  const patchBytes = sixes * PATCH_PLACES * (cBlock * SIX_WORDS + PLACE_GAP);
  const productBytes = sixes * PATCH_PLACES * TILE_BYTES * (sums ? Math.ceil(panels / split) : 1);
  const perThread = roundUp(
    TEMP_BYTES + EMPTY_BYTES + PATCH_PLACES * (cBlock * PANEL_ROW + PLACE_GAP) + patchBytes + productBytes + 64,
    64,
  );
  const zerosAt = runtime.heap.allocate(zeroBytes + roundUp(biasBytes, 64) + filterBytes + perThread * runtime.threads);
  const biasAt = zerosAt + zeroBytes;
  const filterAt = biasAt + roundUp(biasBytes, 64);
  const scratchAt = filterAt + filterBytes;
  const { buffer } = runtime.memory;
  new Uint8Array(buffer, zerosAt, zeroBytes + biasBytes).fill(0);
  if (bias) new Float32Array(buffer, biasAt, maps).set(new Float32Array(buffer, bias, maps));
  const { ints } = runtime;
  setPatches(runtime, grid, x, operands.behind, out);
  ints.set([sixes * 6, scratchAt, perThread], 13);
  ints.set([cBlock, zerosAt, filter, prepared ? filterAt : 0, bias ? biasAt : 0, activation, split], 17);
  ints[24] = flip ? 1 : 0;
  if (prepared) runtime.run(KERNEL.winogradFilter, panels, depth * maps < 1024);
  runtime.leave(KERNEL.winogradTiles, Math.ceil(tiles / (sixes * 6)) * split, tiles * depth * maps < 4096);
  runtime.heap.free(zerosAt);
}

/** The gradient of the filter of a grid that suits. */
export function winogradFilterGradient(
  { runtime }: SimdBackend,
  grid: Grid,
  x: number,
  behind: Behind | undefined,
  dy: number,
  out: number,
): void {
  const { maps, depth, table } = grid;
  const { tiles } = tilesOf(grid);
  const { cBlock, nBlock, tasks, chunk, chunks } = cutGradient(grid, tiles, LEAST_CHUNK, runtime.threads);
  const block = even(chunk, Math.max(24, Math.min(96, Math.floor(2688 / (cBlock + nBlock)))), 1);
  const size = table.run ** 2 * depth * maps;
  const partBytes = chunks > 1 ? chunks * size * 4 : 0;
  const zeroBytes = roundUp(Math.max(depth, maps) * 4, 64);
  const sumBytes = PATCH_PLACES * Math.ceil(cBlock / 6) * Math.ceil(nBlock / 8) * TILE_BYTES;
  const perThread = roundUp(
    TEMP_BYTES + PATCH_PLACES * (block * 4 * (cBlock + nBlock) + 2 * PLACE_GAP) + sumBytes + 64,
    64,
  );
  const zerosAt = runtime.heap.allocate(zeroBytes + roundUp(partBytes, 64) + perThread * runtime.threads);
  const partsAt = zerosAt + zeroBytes;
  new Uint8Array(runtime.memory.buffer, zerosAt, zeroBytes).fill(0);
  const { ints } = runtime;
  setPatches(runtime, grid, x, behind, chunks > 1 ? partsAt : out);
  ints.set([block, partsAt + roundUp(partBytes, 64), perThread], 13);
  ints.set([cBlock, zerosAt, dy, chunk, nBlock], 17);
  runtime.run(KERNEL.winogradGradient, tasks * chunks, tiles * depth * maps < 4096);
  if (chunks > 1) sumChunks(runtime, partsAt, out, chunks, size);
  runtime.heap.free(zerosAt);
}
