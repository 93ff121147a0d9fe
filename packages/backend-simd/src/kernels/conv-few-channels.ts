import { type Address, behind, NONE } from '../abi/kernel';
import { PANEL_ROW, TILE_BYTES } from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import { abi, type FewChannelsArguments } from '../generated/abi';
import { type ConvGeometry, type Operands, sumChunks, writeTable } from './conv-tiles';
import { roundUp } from './kernel';

/** Up to so many filters or channels, in rows of so many positions, these kernels were measured to be the faster ones. */
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

/** With few filters the channels are read four at a time. */
function fewFilters({ filters, channels, table }: Pick<ConvGeometry, 'filters' | 'channels' | 'table'>): boolean {
  return filters <= MOST_FILTERS && (table.run * channels) % 4 === 0;
}

/** Whether the kernels for few channels or filters compute this geometry. */
export function isFewChannels(geometry: Pick<ConvGeometry, 'table' | 'channels' | 'filters' | 'cols'>): boolean {
  return (
    geometry.table.groups.length > 0 &&
    geometry.cols >= LEAST_COLS &&
    (geometry.channels <= MOST_CHANNELS || fewFilters(geometry))
  );
}

/** Whether they compute the gradient of its filter. Sums over a row pay off for more channels. */
export function isFewChannelsGradient(
  geometry: Pick<ConvGeometry, 'table' | 'channels' | 'filters' | 'cols'>,
): boolean {
  return (
    isFewChannels(geometry) ||
    (geometry.channels <= MOST_GRADIENT_CHANNELS &&
      geometry.cols >= 2 * geometry.channels &&
      geometry.cols >= LEAST_COLS)
  );
}

/** Whether every pixel is met by one tap, where it stands, and has so few channels before and after that they fit into vectors. */
export function isPointwise({ table, channels, filters, ...geometry }: ConvGeometry): boolean {
  const { rows, cols, height, width, outHeight, outWidth, stepY, stepX } = geometry;
  const [first] = table.groups;
  const one = table.order.length === 1 && first[0] === 0 && first[1] === 0 && stepY === 1 && stepX === 1;
  const same = rows === height && cols === width && rows === outHeight && cols === outWidth;
  return one && same && channels > 0 && channels <= 4 && filters > 0 && filters <= 4;
}

/** Computes such a geometry. */
export function computePointwise({ runtime }: SimdBackend, geometry: ConvGeometry, operands: Operands): void {
  const { x, out, filter, bias, flip, activation } = operands;
  const { batch, rows, cols, channels, filters } = geometry;
  const pixels = batch * rows * cols;
  const at = runtime.heap.allocate(80);
  const { buffer } = runtime.memory;
  const from = new Float32Array(buffer, filter, channels * filters);
  const packed = new Float32Array(buffer, at, 20).fill(0);
  for (let k = 0; k < channels; k++)
    for (let n = 0; n < filters; n++) packed[4 * k + n] = from[flip ? n * channels + k : k * filters + n];
  if (bias) packed.set(new Float32Array(buffer, bias, filters), 16);
  const block = Math.max(LEAST_ITEM_PIXELS, Math.ceil(pixels / WANTED_ITEMS));
  const args = { x, out, channels, filters, pixels, block, filter: at, activation };
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
 * afterwards. Returns the arguments that both kernels share, where `outOf` says where the results go, and the address of the order of
 * the taps.
 */
function prepare(
  { runtime }: SimdBackend,
  geometry: ConvGeometry,
  piece: number,
  tileBytes: number,
  moreBytes: number,
  image: Address,
  outOf: (items: number, more: Address) => Address,
) {
  const { table, channels, height, width, rows, cols, stepY, stepX, batch, filters } = geometry;
  const { run, groups, order } = table;
  const few = fewFilters(geometry);
  const step = few ? 4 : 1;
  const length = (order.length * channels) / step;
  const padded = roundUp(length, 6);
  const patchPitch = ((piece - 1) * stepX + run) * channels * 4;
  const tableBytes = roundUp(groups.length * 8 + order.length * 4 + padded * 8, 64);
  const perThread = roundUp(tileBytes + groups.length * patchPitch + 64, 64);
  const at = runtime.heap.allocate(tableBytes + moreBytes + perThread * runtime.threads);
  const orderAt = writeTable(runtime.memory, at, table);
  const offsetsAt = behind(orderAt, order.length * 4);
  const offsets = new Int32Array(runtime.memory.buffer, offsetsAt, padded * 2);
  for (let i = 0; i < length; i++) {
    const float = i * step;
    const g = Math.floor(float / (run * channels));
    const within = float - g * run * channels;
    const [y, x] = groups[g];
    offsets[i] = ((y * width + x) * channels + within) * 4;
    offsets[padded + i] = g * patchPitch + within * 4;
  }
  offsets.fill(offsets[0], length, padded);
  offsets.fill(offsets[padded], padded + length);
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
  const moreAt = behind(at, tableBytes);
  const shared: FewChannelsArguments = {
    x: image,
    out: outOf(items, moreAt),
    height,
    width,
    channels,
    rows,
    cols,
    filters,
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
  return { at, moreAt, orderAt, items, shared };
}

/** Computes a geometry of few channels. */
export function computeFewChannels(backend: SimdBackend, geometry: ConvGeometry, operands: Operands): void {
  const { x, out, filter, bias, flip, activation } = operands;
  const { batch, rows, cols, filters, channels, table } = geometry;
  const pixels = batch * rows * cols;
  if (pixels === 0 || filters === 0) return;
  const { runtime } = backend;
  const taps = table.order.length;
  const few = fewFilters(geometry);
  const panels = Math.ceil(filters / (few ? 2 : 8));
  const biasBytes = bias ? roundUp(filters * 4 + 32, 64) : 0;
  const panelBytes = panels * taps * channels * (few ? 8 : PANEL_ROW);
  const { at, moreAt, orderAt, items, shared } = prepare(
    backend,
    geometry,
    6,
    TILE_BYTES,
    biasBytes + roundUp(panelBytes, 64),
    x,
    () => out,
  );
  const panelsAt = behind(moreAt, biasBytes);
  const { buffer } = runtime.memory;
  if (bias) new Float32Array(buffer, moreAt, filters).set(new Float32Array(buffer, bias, filters));
  const packing = { filter, panels: panelsAt, taps, order: orderAt, channels, filters, flip };
  runtime.run(few ? abi.packPairs : abi.packFilter, packing, panels, true);
  const args = {
    shared,
    panels: panelsAt,
    bias: bias ? moreAt : NONE,
    activation,
    outHeight: geometry.outHeight,
    outWidth: geometry.outWidth,
    outStepY: geometry.outStepY,
    outStepX: geometry.outStepX,
    outY: geometry.outY,
    outX: geometry.outX,
  };
  runtime.dispatch(
    abi.fewChannelsRows,
    args,
    items,
    pixels * taps * channels * filters < runtime.tuning.leastSharedProducts,
  );
  runtime.heap.release(at);
}

/** The gradient of the filter of a geometry of few channels. */
export function fewChannelsFilterGradient(
  backend: SimdBackend,
  geometry: ConvGeometry,
  x: Address,
  dy: Address,
  out: Address,
): void {
  const { batch, rows, filters, channels, table } = geometry;
  const { runtime } = backend;
  const few = fewFilters(geometry);
  const size = table.order.length * channels * filters;
  const partBytes = roundUp(size * 4, 64);
  const tiles = Math.ceil((table.order.length * channels) / (few ? 24 : 6)) * Math.ceil(filters / (few ? 2 : 8));
  const lines = new Set(table.groups.map(([y]) => y)).size;
  const piece = Math.max(8, Math.min(128, Math.floor(MOST_PIECE_BYTES / (lines * channels * 4 * geometry.stepX))));
  const parts = Math.min(WANTED_ITEMS, batch * rows);
  const { at, moreAt, orderAt, items, shared } = prepare(
    backend,
    geometry,
    piece,
    (tiles + 1) * TILE_BYTES,
    parts * partBytes,
    x,
    (count, more) => (count > 1 ? more : out),
  );
  const args = { shared, dy, piece, order: orderAt, partBytes };
  runtime.run(
    abi.fewChannelsGradient,
    args,
    items,
    batch * rows * geometry.cols * size < runtime.tuning.leastSharedProducts,
  );
  if (items > 1) sumChunks(runtime, moreAt, out, items, size, partBytes);
  runtime.heap.release(at);
}
