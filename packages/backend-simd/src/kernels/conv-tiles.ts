import { type Address, behind, NONE } from '../abi/kernel';
import { PANEL_ROW, SIX_WORDS, TILE_BYTES } from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import { type Activation, abi } from '../generated/abi';
import type { Runtime } from '../runtime/runtime';
import { roundUp } from './kernel';

/** A tap of a filter along one axis: which one, and how far from `position * step` it reads. */
export interface Tap {
  readonly index: number;
  readonly offset: number;
}

/** Taps in an order in which as many as can be are neighbours: `run` of them in each group read adjacent pixels. */
export interface TapTable {
  readonly run: number;
  /** Row and column offset of each group's first tap. */
  readonly groups: readonly (readonly [number, number])[];
  /** Number of each tap in the filter, group by group. */
  readonly order: readonly number[];
  /** As the kernels read it: two numbers a group, then one a tap. */
  readonly words: Int32Array;
}

/** A table of taps. */
export function makeTable(run: number, groups: TapTable['groups'], order: readonly number[]): TapTable {
  return { run, groups, order, words: Int32Array.from([...groups.flat(), ...order]) };
}

/** The taps of a forward pass along one axis. */
export function forwardTaps(size: number, dilation: number, padding: number): Tap[] {
  return Array.from({ length: size }, (_, index) => ({ index, offset: index * dilation - padding }));
}

/** Taps of the input's gradient at positions `phase + step * i`: those whose output position is whole, offsets ascending. */
export function backwardTaps(size: number, dilation: number, padding: number, step: number, phase: number): Tap[] {
  const taps: Tap[] = [];
  for (let index = size - 1; index >= 0; index--) {
    const from = phase + padding - index * dilation;
    if (from % step === 0) taps.push({ index, offset: from / step });
  }
  return taps;
}

/** Groups taps; offsets ascend. `width` is the filter's, to number its taps. */
export function tableOf(rows: readonly Tap[], cols: readonly Tap[], width: number): TapTable {
  const adjacent = cols.every((tap, i) => i === 0 || tap.offset === cols[i - 1].offset + 1);
  const order = rows.flatMap((row) => cols.map((col) => row.index * width + col.index));
  if (adjacent && cols.length > 0)
    return makeTable(
      cols.length,
      rows.map((row) => [row.offset, cols[0].offset] as const),
      order,
    );
  return makeTable(
    1,
    rows.flatMap((row) => cols.map((col) => [row.offset, col.offset] as const)),
    order,
  );
}

/** A geometry of output positions, each the sum over taps of products with pixels of x around `position * step`: all that follows from shapes. */
export interface ConvGeometry {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly rows: number;
  readonly cols: number;
  readonly filters: number;
  readonly stepY: number;
  readonly stepX: number;
  readonly table: TapTable;
  /** Where positions lie in the output: `position * outStep + outStart` of [outHeight, outWidth]. */
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outStepY: number;
  readonly outStepX: number;
  readonly outY: number;
  readonly outX: number;
}

/** The channels of an image that lie apart from its first ones. */
interface SecondInput {
  readonly at: Address;
  /** How many channels the first ones are. */
  readonly firstChannels: number;
}

/** What a geometry works on. */
export interface Operands {
  readonly x: Address;
  /** Only for Winograd. */
  readonly second?: SecondInput | undefined;
  readonly out: Address;
  readonly filter: Address;
  /** Reads the filter's last two axes as [out, in]. */
  readonly flip: boolean;
  /** Address of one bias per filter, or `NONE`. */
  readonly bias: Address;
  readonly activation: Activation;
}

/** Pixels of a block at most. */
const MOST_BLOCK_PIXELS = 96;
/** Items that a product or a sum is cut into where it is large enough, and floats of a sum that an item has at least. */
const WANTED_ITEMS = 12;
const LEAST_ITEM_ELEMENTS = 1024;

/** Positions in a row whose run of taps lies partly in the image and so is copied with zeros around it. */
function edgeColumns({ cols, stepX, width, table: { run, groups } }: ConvGeometry): number {
  if (run === 1) return 0;
  let most = 0;
  for (const offset of new Set(groups.map(([, x]) => x))) {
    let count = 0;
    for (let x = 0; x < cols; x++) {
      const at = x * stepX + offset;
      if ((at < 0 || at + run > width) && at + run > 0 && at < width) count++;
    }
    most = Math.max(most, count);
  }
  return most;
}

/** Writes the table of taps at `at` for the kernels. Returns the address of the numbers of the taps. */
export function writeTable(memory: WebAssembly.Memory, at: Address, { groups, words }: TapTable): Address {
  new Int32Array(memory.buffer, at, words.length).set(words);
  return behind(at, groups.length * 8);
}

/** Computes a geometry in the order that the definition gives. The filter is packed first, eight filters a panel. */
export function computeDirect({ runtime }: SimdBackend, geometry: ConvGeometry, operands: Operands): void {
  const { batch, rows, cols, filters, channels, table } = geometry;
  const { filter, bias, flip, activation } = operands;
  const { run, groups } = table;
  const taps = table.order.length;
  const pixels = batch * rows * cols;
  if (pixels === 0 || filters === 0) return;
  const panels = Math.ceil(filters / 8);
  const singleThread = pixels * taps * channels * filters < runtime.tuning.leastSharedProducts;

  let block = Math.min(MOST_BLOCK_PIXELS, roundUp(pixels, 6));
  let split = Math.min(panels, Math.ceil(WANTED_ITEMS / Math.ceil(pixels / block)));
  if (singleThread) split = 1;
  else if (split * Math.ceil(pixels / block) < WANTED_ITEMS)
    block = Math.min(block, roundUp(Math.ceil((pixels * split) / WANTED_ITEMS), 6));

  const runBytes = run * channels * 4;
  const edges = Math.min(block, (Math.ceil(block / cols) + 1) * edgeColumns(geometry)) * groups.length * runBytes;
  const perThread = roundUp(TILE_BYTES + (block / 6) * SIX_WORDS * (groups.length + 1) + edges + 64, 64);
  const tableBytes = roundUp(table.words.length * 4, 64);
  const zeroBytes = roundUp(runBytes + 64, 64);
  const biasBytes = bias ? panels * PANEL_ROW : 0;
  const panelBytes = panels * taps * channels * PANEL_ROW;
  const tableAt = runtime.heap.allocate(
    tableBytes + zeroBytes + biasBytes + panelBytes + 64 + perThread * runtime.threads,
  );
  const zeros = behind(tableAt, tableBytes);
  const biasAt = behind(zeros, zeroBytes);
  const panelsAt = behind(biasAt, roundUp(biasBytes, 64));
  const order = writeTable(runtime.memory, tableAt, table);
  const { buffer } = runtime.memory;
  new Uint8Array(buffer, zeros, zeroBytes + biasBytes).fill(0);
  if (bias) new Float32Array(buffer, biasAt, filters).set(new Float32Array(buffer, bias, filters));

  const packing = { filter, panels: panelsAt, taps, order, channels, filters, flip };
  runtime.run(abi.packFilter, packing, panels, taps * channels * filters < runtime.tuning.leastSharedProducts);

  const args = {
    shared: {
      x: operands.x,
      out: operands.out,
      batch,
      height: geometry.height,
      width: geometry.width,
      channels,
      rows,
      cols,
      filters,
      stepY: geometry.stepY,
      stepX: geometry.stepX,
      tapGroups: groups.length,
      table: tableAt,
      run,
      block,
      scratch: behind(panelsAt, panelBytes),
      scratchSize: perThread,
    },
    panels: panelsAt,
    bias: bias ? biasAt : NONE,
    activation,
    outHeight: geometry.outHeight,
    outWidth: geometry.outWidth,
    outStepY: geometry.outStepY,
    outStepX: geometry.outStepX,
    outY: geometry.outY,
    outX: geometry.outX,
    split,
    zeros,
  };
  runtime.dispatch(abi.convTiles, args, Math.ceil(pixels / block) * split, singleThread);
  runtime.heap.release(tableAt);
}

/** Sums the results of `chunks` parts of a gradient, `size` floats each, one behind the other, in order. */
export function sumChunks(
  runtime: Runtime,
  from: Address,
  to: Address,
  chunks: number,
  size: number,
  partBytes = size * 4,
): void {
  const block = Math.max(LEAST_ITEM_ELEMENTS, Math.ceil(size / WANTED_ITEMS / 4) * 4);
  const args = { from, to, parts: chunks, partBytes, count: size, block };
  runtime.dispatch(abi.sumParts, args, Math.ceil(size / block), size * chunks < runtime.tuning.leastSharedProducts);
}
