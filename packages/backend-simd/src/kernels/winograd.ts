import { type Address, behind, NONE } from '../abi/kernel';
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
import { abi, type WinogradArguments, type WinogradPointsArguments } from '../generated/abi';
import { type ConvGeometry, type Operands, sumChunks, type TapTable } from './conv-tiles';
import { blockOf, cutGradient, evenSplit } from './cut';
import { roundUp } from './kernel';

/** Bytes of scratch that every pass needs for its transforms. */
const TEMP_BYTES = TRANSFORM_BYTES + ADDRESS_BYTES;
/**
 * Filters up to this many bytes are transformed once for all blocks of tiles; larger ones by each block, panel by panel. Where
 * many blocks read them, it pays to take them from a third-level cache.
 */
const MOST_PREPARED_BYTES = 1024 * 1024;
const MOST_LARGE_PREPARED_BYTES = 12 * MOST_PREPARED_BYTES;
const LEAST_LARGE_TILES = 96;
/** Tiles that a part of a sum has at least where there are as many. */
const LEAST_CHUNK_TILES = 64;
/** Filters (pairs of channels) and products from which on threads share their transforms. */
const LEAST_SHARED_PAIRS = 1024;
const LEAST_SHARED_PRODUCTS = 4096;
/** Tiles of a block of the filter's gradient, bounded by the channels and filters of each that stay in cache. */
const LEAST_BLOCK_TILES = 24;
const MOST_BLOCK_TILES = 96;
const MOST_BLOCK_CHANNELS = 2688;

/**
 * What the transforms multiply by, made of the points 0, ±3/4, ±3/2 and infinity: of the symmetric ones, whose even and odd parts
 * are shared, these err least, and all numbers but the scales are exact.
 */
const POINTS = ((a: number, b: number): WinogradPointsArguments => {
  const [a2, b2] = [a * a, b * b];
  return {
    a,
    b,
    a2,
    b2,
    product: a2 * b2,
    sum: a2 + b2,
    a3: a * a2,
    b3: b * b2,
    a4: a2 * a2,
    b4: b2 * b2,
    scale0: 1 / (a2 * b2),
    scaleA: 1 / (2 * a2 * (a2 - b2)),
    scaleB: 1 / (2 * b2 * (b2 - a2)),
  };
})(3 / 4, 3 / 2);

/** The side of a square filter whose taps are neighbours, or 0. */
function sideOf({ run, groups }: TapTable): number {
  const [first] = groups;
  return first && groups.length === run && groups.every(([y, x], i) => y === first[0] + i && x === first[1]) ? run : 0;
}

/** Tiles of a geometry, each as many outputs a side as a patch gives. */
function tilesOf({ table, batch, rows, cols }: Pick<ConvGeometry, 'table' | 'batch' | 'rows' | 'cols'>) {
  const outputs = PATCH_SIDE + 1 - table.run;
  const tileRows = Math.ceil(rows / outputs);
  const tileCols = Math.ceil(cols / outputs);
  return { tileRows, tileCols, tiles: batch * tileRows * tileCols };
}

/**
 * The cost model, in multiply-adds: 36 products a tile for each pair of a channel and a filter; the transforms, measured to cost as
 * much as 350 for each channel in a tile, 300 for each filter in a tile and 300 for each pair; direct convolution, one a tap.
 * Tiles are multiplied six at a time, filters eight. Vectors of four channels make the patches, hence the multiples of 4.
 */
function winogradCost(geometry: ConvGeometry): number {
  const { table, stepY, stepX, outStepY, outStepX, channels, filters } = geometry;
  const side = sideOf(table);
  const stepOne = stepY === 1 && stepX === 1 && outStepY === 1 && outStepX === 1;
  if (!stepOne || (side !== 2 && side !== 3) || channels % 4 !== 0 || filters % 4 !== 0)
    return Number.POSITIVE_INFINITY;
  const { tiles } = tilesOf(geometry);
  const products = PATCH_PLACES * roundUp(tiles, 6) * channels * roundUp(filters, 8);
  const transforms = tiles * (350 * channels + 300 * filters) + 300 * channels * filters;
  return products + transforms;
}

const directCost = ({ batch, rows, cols, table, channels, filters }: ConvGeometry): number =>
  batch * rows * cols * table.order.length * channels * roundUp(filters, 8);

/** Whether a geometry is computed faster by Winograd. */
export const suitsWinograd = (geometry: ConvGeometry): boolean => winogradCost(geometry) < directCost(geometry);

/** Where the images of a pass and the results lie. */
type Images = Pick<Operands, 'x' | 'second' | 'out'>;

/** How the work is cut, and the memory that it takes. */
type Blocks = Pick<WinogradArguments, 'block' | 'channelBlock' | 'scratch' | 'scratchSize' | 'zeros'>;

/** The arguments that all kernels share. */
function argumentsOf(
  geometry: ConvGeometry,
  { x, second, out }: Images,
  { block, channelBlock, scratch, scratchSize, zeros }: Blocks,
): WinogradArguments {
  const { batch, height, width, channels, rows, cols, filters, table } = geometry;
  const { tileRows, tileCols } = tilesOf(geometry);
  const [top, left] = table.groups[0];
  return {
    shared: POINTS,
    x,
    x2: second?.at ?? NONE,
    firstChannels: second?.firstChannels ?? channels,
    out,
    batch,
    height,
    width,
    channels,
    rows,
    cols,
    filters,
    size: table.run,
    tileRows,
    tileCols,
    top,
    left,
    block,
    channelBlock,
    scratch,
    scratchSize,
    zeros,
  };
}

/**
 * Computes a geometry that suits. Blocks of tiles, blocks of channels and shares of the filters are such that what a thread
 * works on stays in a second-level cache of 1 MiB, half of it for others: patches of 96 tiles by 16 channels to 12 by 64, beside the
 * products of 128 filters that are summed over blocks of channels. Blocks that prepare their own filter share that among more tiles.
 */
export function computeWinograd({ runtime }: SimdBackend, geometry: ConvGeometry, operands: Operands): void {
  const { filter, bias, flip, activation } = operands;
  const { filters, channels } = geometry;
  const { tiles } = tilesOf(geometry);
  if (tiles === 0) return;
  const panels = Math.ceil(filters / 8);
  const channelBlock = evenSplit(channels, 64, 4);
  const sums = channelBlock < channels;
  const panelBytes = PATCH_PLACES * (channels * PANEL_ROW + PLACE_GAP);
  const ready = panels * panelBytes <= (tiles < LEAST_LARGE_TILES ? MOST_PREPARED_BYTES : MOST_LARGE_PREPARED_BYTES);
  const most = channelBlock <= 16 ? 96 : channelBlock <= 32 || !ready ? 24 : 12;
  const block = blockOf(tiles, most, runtime.threads);
  const blocks = Math.ceil(tiles / block);
  // Each share of the panels transforms the patches again, so there are no more than threads need.
  const shares = Math.min(panels, Math.ceil(runtime.threads / blocks));
  const split = sums ? Math.max(shares, Math.ceil(panels / 16)) : shares;
  const prepared = blocks > 1 && ready;
  const biasBytes = bias ? panels * PANEL_ROW : 0;
  const zeroBytes = roundUp(channels * 4, 64);
  const filterBytes = prepared ? panels * panelBytes : 0;
  const sixes = Math.ceil(block / 6);
  const patchBytes = sixes * PATCH_PLACES * (channelBlock * SIX_WORDS + PLACE_GAP);
  const productBytes = sixes * PATCH_PLACES * TILE_BYTES * (sums ? Math.ceil(panels / split) : 1);
  const scratchSize = roundUp(
    TEMP_BYTES + EMPTY_BYTES + PATCH_PLACES * (channelBlock * PANEL_ROW + PLACE_GAP) + patchBytes + productBytes + 64,
    64,
  );
  const zeros = runtime.heap.allocate(zeroBytes + roundUp(biasBytes, 64) + filterBytes + scratchSize * runtime.threads);
  const biasAt = behind(zeros, zeroBytes);
  const filterAt = behind(biasAt, roundUp(biasBytes, 64));
  const { buffer } = runtime.memory;
  new Uint8Array(buffer, zeros, zeroBytes + biasBytes).fill(0);
  if (bias) new Float32Array(buffer, biasAt, filters).set(new Float32Array(buffer, bias, filters));
  const cut = { block: sixes * 6, channelBlock, scratch: behind(filterAt, filterBytes), scratchSize, zeros };
  const args = {
    shared: {
      shared: argumentsOf(geometry, operands, cut),
      filter,
      flip,
      prepared: prepared ? filterAt : NONE,
      bias: bias ? biasAt : NONE,
      activation,
      split,
    },
  };
  if (prepared) runtime.run(abi.winogradFilterTransform, args, panels, channels * filters < LEAST_SHARED_PAIRS);
  runtime.dispatch(
    abi.winogradTiles,
    args,
    Math.ceil(tiles / (sixes * 6)) * split,
    tiles * channels * filters < LEAST_SHARED_PRODUCTS,
  );
  runtime.heap.release(zeros);
}

/** The gradient of the filter of a geometry that suits. */
export function winogradFilterGradient(
  { runtime }: SimdBackend,
  geometry: ConvGeometry,
  { x, second, dy, out }: Images & { readonly dy: Address },
): void {
  const { filters, channels, table } = geometry;
  const { tiles } = tilesOf(geometry);
  const { channelBlock, filterBlock, tasks, chunk, chunks } = cutGradient(
    geometry,
    tiles,
    LEAST_CHUNK_TILES,
    runtime.threads,
  );
  const most = Math.min(MOST_BLOCK_TILES, Math.floor(MOST_BLOCK_CHANNELS / (channelBlock + filterBlock)));
  const block = evenSplit(chunk, Math.max(LEAST_BLOCK_TILES, most), 1);
  const size = table.run ** 2 * channels * filters;
  const partBytes = chunks > 1 ? chunks * size * 4 : 0;
  const zeroBytes = roundUp(Math.max(channels, filters) * 4, 64);
  const sumBytes = PATCH_PLACES * Math.ceil(channelBlock / 6) * Math.ceil(filterBlock / 8) * TILE_BYTES;
  const scratchSize = roundUp(
    TEMP_BYTES + PATCH_PLACES * (block * 4 * (channelBlock + filterBlock) + 2 * PLACE_GAP) + sumBytes + 64,
    64,
  );
  const zeros = runtime.heap.allocate(zeroBytes + roundUp(partBytes, 64) + scratchSize * runtime.threads);
  const parts = behind(zeros, zeroBytes);
  new Uint8Array(runtime.memory.buffer, zeros, zeroBytes).fill(0);
  const images = { x, second, out: chunks > 1 ? parts : out };
  const blocks = { block, channelBlock, scratch: behind(parts, roundUp(partBytes, 64)), scratchSize, zeros };
  const args = { shared: argumentsOf(geometry, images, blocks), dy, chunk, filterBlock };
  runtime.run(abi.winogradFilterGradient, args, tasks * chunks, tiles * channels * filters < LEAST_SHARED_PRODUCTS);
  if (chunks > 1) sumChunks(runtime, parts, out, chunks, size);
  runtime.heap.release(zeros);
}
