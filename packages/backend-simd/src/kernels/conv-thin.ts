import { type Address, behind, NONE } from '../abi/kernel';
import { PANEL_ROW, TILE_BYTES } from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import { abi, type FewChannelsArguments } from '../generated/abi';
import { type Grid, type Operands, sumChunks, writeTable } from './conv-tiles';
import { roundUp } from './kernel';

/** Up to so many maps on a side, in rows of so many positions, these kernels were measured to be the faster ones. */
const MOST_FILTERS = 4;
const MOST_CHANNELS = 4;
const MOST_GRADIENT_CHANNELS = 16;
const LEAST_COLS = 16;
/** Items that rows of all images are cut into where there are as many. */
const WANTED_ITEMS = 24;
/** Pixels of one tap from which on threads share them, and that an item has at least. */
const LEAST_SHARED_PIXELS = 8192;
const LEAST_ITEM_PIXELS = 1024;
/** What the taps of a piece of a row read should stay in the first-level cache. */
const MOST_PIECE_BYTES = 16 * 1024;

/** With few maps of the output the input's are read four at a time. */
function fewOut({ maps, depth, table }: Pick<Grid, 'maps' | 'depth' | 'table'>): boolean {
  return maps <= MOST_FILTERS && (table.run * depth) % 4 === 0;
}

/** Whether the kernels for few maps compute this grid. */
export function isThin(grid: Pick<Grid, 'table' | 'depth' | 'maps' | 'cols'>): boolean {
  return grid.table.groups.length > 0 && grid.cols >= LEAST_COLS && (grid.depth <= MOST_CHANNELS || fewOut(grid));
}

/** Whether they compute the gradient of its filter. Sums over a row pay off for more maps of the input. */
export function isThinGradient(grid: Pick<Grid, 'table' | 'depth' | 'maps' | 'cols'>): boolean {
  return (
    isThin(grid) || (grid.depth <= MOST_GRADIENT_CHANNELS && grid.cols >= 2 * grid.depth && grid.cols >= LEAST_COLS)
  );
}

/** Whether every pixel is met by one tap, where it stands, and has so few maps before and after that they fit into vectors. */
export function isPoints({ table, depth, maps, ...grid }: Grid): boolean {
  const { rows, cols, height, width, outHeight, outWidth, stepY, stepX } = grid;
  const [first] = table.groups;
  const one = table.order.length === 1 && first![0] === 0 && first![1] === 0 && stepY === 1 && stepX === 1;
  const same = rows === height && cols === width && rows === outHeight && cols === outWidth;
  return one && same && depth > 0 && depth <= 4 && maps > 0 && maps <= 4;
}

/** Computes such a grid. */
export function computePoints({ runtime }: SimdBackend, grid: Grid, operands: Operands): void {
  const { x, out, filter, bias, flip, activation } = operands;
  const { batch, rows, cols, depth, maps } = grid;
  const pixels = batch * rows * cols;
  const at = runtime.heap.allocate(80);
  const { buffer } = runtime.memory;
  const from = new Float32Array(buffer, filter, depth * maps);
  const packed = new Float32Array(buffer, at, 20).fill(0);
  for (let k = 0; k < depth; k++)
    for (let n = 0; n < maps; n++) packed[4 * k + n] = from[flip ? n * depth + k : k * maps + n]!;
  if (bias) packed.set(new Float32Array(buffer, bias, maps), 16);
  const block = Math.max(LEAST_ITEM_PIXELS, Math.ceil(pixels / WANTED_ITEMS));
  const args = { x, out, channels: depth, filters: maps, pixels, block, filter: at, activation };
  runtime.dispatch(abi.pointwise, args, Math.ceil(pixels / block), pixels < LEAST_SHARED_PIXELS);
  runtime.heap.release(at);
}

/** The positions along an axis all of whose taps, `offsets` and `run - 1` more, lie in the image: [low, high). */
function insideOf(offsets: readonly number[], run: number, step: number, size: number, count: number) {
  const low = Math.min(count, Math.max(0, Math.ceil(-Math.min(...offsets) / step)));
  const high = Math.floor((size - run - Math.max(...offsets)) / step) + 1;
  return [low, Math.max(low, Math.min(count, high))] as const;
}

/**
 * Writes the tables, `moreBytes` behind them and scratch for patches of `piece` positions into a block at `at`, to be released
 * afterwards. Gives the arguments that both kernels share but for the two images, and the address of the order of the taps.
 */
function prepare({ runtime }: SimdBackend, grid: Grid, piece: number, tileBytes: number, moreBytes: number) {
  const { table, depth, height, width, rows, cols, stepY, stepX, batch, maps } = grid;
  const { run, groups, order } = table;
  const few = fewOut(grid);
  const step = few ? 4 : 1;
  const length = (order.length * depth) / step;
  const padded = roundUp(length, 6);
  const patchPitch = ((piece - 1) * stepX + run) * depth * 4;
  const tableBytes = roundUp(groups.length * 8 + order.length * 4 + padded * 8, 64);
  const perThread = roundUp(tileBytes + groups.length * patchPitch + 64, 64);
  const at = runtime.heap.allocate(tableBytes + moreBytes + perThread * runtime.threads);
  const orderAt = writeTable(runtime.memory, at, table);
  const offsetsAt = behind(orderAt, order.length * 4);
  const offsets = new Int32Array(runtime.memory.buffer, offsetsAt, padded * 2);
  for (let i = 0; i < length; i++) {
    const float = i * step;
    const g = Math.floor(float / (run * depth));
    const within = float - g * run * depth;
    const [y, x] = groups[g]!;
    offsets[i] = ((y * width + x) * depth + within) * 4;
    offsets[padded + i] = g * patchPitch + within * 4;
  }
  offsets.fill(offsets[0]!, length, padded);
  offsets.fill(offsets[padded]!, padded + length);
  const [lowY, highY] = insideOf(
    groups.map(([y]) => y),
    1,
    stepY,
    height,
    rows,
  );
  const [lowX, highX] = insideOf(
    groups.map(([, x]) => x),
    run,
    stepX,
    width,
    cols,
  );
  const block = Math.ceil((batch * rows) / WANTED_ITEMS);
  const items = Math.ceil((batch * rows) / block);
  const shared: Omit<FewChannelsArguments, 'x' | 'out'> = {
    height,
    width,
    channels: depth,
    rows,
    cols,
    filters: maps,
    stepY,
    stepX,
    tapGroups: groups.length,
    table: at,
    run,
    lowY,
    highY,
    lowX,
    highX,
    offsets: offsetsAt,
    patchOffsets: behind(offsetsAt, padded * 4),
    patchPitch,
    lines: batch * rows,
    block,
    scratch: behind(at, tableBytes + moreBytes),
    scratchSize: perThread,
    fewFilters: few,
    length,
  };
  return { at, moreAt: behind(at, tableBytes), orderAt, items, shared };
}

/** Computes a thin grid. */
export function computeThin(backend: SimdBackend, grid: Grid, operands: Operands): void {
  const { x, out, filter, bias, flip, activation } = operands;
  const { batch, rows, cols, maps, depth, table } = grid;
  const pixels = batch * rows * cols;
  if (pixels === 0 || maps === 0) return;
  const { runtime } = backend;
  const taps = table.order.length;
  const few = fewOut(grid);
  const panels = Math.ceil(maps / (few ? 2 : 8));
  const biasBytes = bias ? roundUp(maps * 4 + 32, 64) : 0;
  const panelBytes = panels * taps * depth * (few ? 8 : PANEL_ROW);
  const { at, moreAt, orderAt, items, shared } = prepare(
    backend,
    grid,
    6,
    TILE_BYTES,
    biasBytes + roundUp(panelBytes, 64),
  );
  const panelsAt = behind(moreAt, biasBytes);
  const { buffer } = runtime.memory;
  if (bias) new Float32Array(buffer, moreAt, maps).set(new Float32Array(buffer, bias, maps));
  const packing = { filter, panels: panelsAt, taps, order: orderAt, channels: depth, filters: maps, flip };
  runtime.run(few ? abi.packPairs : abi.packFilter, packing, panels, true);
  const args = {
    ...shared,
    x,
    out,
    panels: panelsAt,
    bias: bias ? moreAt : NONE,
    activation,
    outHeight: grid.outHeight,
    outWidth: grid.outWidth,
    outStepY: grid.outStepY,
    outStepX: grid.outStepX,
    outY: grid.outY,
    outX: grid.outX,
  };
  runtime.dispatch(abi.fewChannelsRows, args, items, pixels * taps * depth * maps < runtime.tuning.leastSharedProducts);
  runtime.heap.release(at);
}

/** The gradient of the filter of a thin grid. */
export function thinFilterGradient(backend: SimdBackend, grid: Grid, x: Address, dy: Address, out: Address): void {
  const { batch, rows, maps, depth, table } = grid;
  const { runtime } = backend;
  const few = fewOut(grid);
  const size = table.order.length * depth * maps;
  const partBytes = roundUp(size * 4, 64);
  const tiles = Math.ceil((table.order.length * depth) / (few ? 24 : 6)) * Math.ceil(maps / (few ? 2 : 8));
  const lines = new Set(table.groups.map(([y]) => y)).size;
  const piece = Math.max(8, Math.min(128, Math.floor(MOST_PIECE_BYTES / (lines * depth * 4 * grid.stepX))));
  const parts = Math.min(WANTED_ITEMS, batch * rows);
  const { at, moreAt, orderAt, items, shared } = prepare(
    backend,
    grid,
    piece,
    (tiles + 1) * TILE_BYTES,
    parts * partBytes,
  );
  const args = { ...shared, x, out: items > 1 ? moreAt : out, dy, piece, order: orderAt, partBytes };
  runtime.run(
    abi.fewChannelsGradient,
    args,
    items,
    batch * rows * grid.cols * size < runtime.tuning.leastSharedProducts,
  );
  if (items > 1) sumChunks(runtime, moreAt, out, items, size, partBytes);
  runtime.heap.release(at);
}
