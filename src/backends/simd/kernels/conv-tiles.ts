import type { SimdBackend } from '../backend';
import { KERNEL } from '../board';
import type { Runtime } from '../runtime';
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

/** Groups taps; offsets ascend. `width` is the filter's, to number its taps. */
export function tableOf(rows: readonly Tap[], cols: readonly Tap[], width: number): TapTable {
  const adjacent = cols.every((tap, i) => i === 0 || tap.offset === cols[i - 1]!.offset + 1);
  const order = rows.flatMap((row) => cols.map((col) => row.index * width + col.index));
  if (adjacent && cols.length > 0)
    return makeTable(
      cols.length,
      rows.map((row) => [row.offset, cols[0]!.offset] as const),
      order,
    );
  return makeTable(
    1,
    rows.flatMap((row) => cols.map((col) => [row.offset, col.offset] as const)),
    order,
  );
}

/** Outputs of a grid that each read their own part of the taps, where one position has several. */
export interface Phase {
  /** Where in the output it starts. */
  readonly outY: number;
  readonly outX: number;
  /** It reads `groups` groups from number `first` on, and of their runs `run` pixels from `start` on. */
  readonly first: number;
  readonly groups: number;
  readonly start: number;
  readonly run: number;
  /** For each of these pixels, group by group, the taps of the filter whose sum meets it. */
  readonly sums: readonly (readonly number[])[];
}

/** Phases as the kernels read them. */
export interface Phases {
  readonly count: number;
  /** Taps of all together. */
  readonly taps: number;
  readonly words: Int32Array;
}

/** A grid of output positions, each the sum over taps of products with pixels of x around `position * step`: all that follows from shapes. */
export interface Grid {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly rows: number;
  readonly cols: number;
  readonly maps: number;
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
  /** In place of all taps at outY and outX; not with `flip`. */
  readonly phases?: Phases;
}

/** Maps of an image that lie apart from those before them. */
export interface Behind {
  readonly at: number;
  /** How many maps are before them. */
  readonly depth: number;
}

/** What a grid works on. */
export interface Operands {
  readonly x: number;
  /** Only for Winograd. */
  readonly behind?: Behind;
  readonly out: number;
  readonly filter: number;
  /** Reads the filter's last two axes as [out, in]. */
  readonly flip: boolean;
  /** Address of one bias a map, or 0. */
  readonly bias: number;
  /** 0 none, 1 relu, 2 relu6. */
  readonly activation: number;
}

/** Below this many multiply-adds a job is done by one thread. */
export const ALONE = 200_000;
const MOST_PIXELS = 96;
const ENOUGH_ITEMS = 12;

/** Positions in a row whose run of taps lies partly in the image and so is copied with zeros around it. */
function edgeColumns({ cols, stepX, width, table: { run, groups } }: Grid): number {
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
export function writeTable(memory: WebAssembly.Memory, at: number, { groups, words }: TapTable): number {
  new Int32Array(memory.buffer, at, words.length).set(words);
  return at + groups.length * 8;
}

const PHASE_WORDS = 8;

/** The table of phases of a grid for convTiles and packSums, and behind it what each sums. */
export function makePhases(
  phases: readonly Phase[],
  { outWidth, maps, depth }: Pick<Grid, 'outWidth' | 'maps' | 'depth'>,
): Phases {
  const table: number[] = [];
  const lists: number[] = [];
  let taps = 0;
  for (const { outY, outX, first, groups, start, run, sums } of phases) {
    const panelsAt = taps * depth * Math.ceil(maps / 8) * 32;
    const sumsAt = (phases.length * PHASE_WORDS + lists.length) * 4;
    table.push(panelsAt, (outY * outWidth + outX) * maps * 4, first, groups, start, run, sumsAt, 0);
    lists.push(...sums.flatMap((summed) => [summed.length, ...summed]));
    taps += groups * run;
  }
  return { count: phases.length, taps, words: Int32Array.from([...table, ...lists]) };
}

/** All taps at once. */
function onePhase(grid: Grid): Phases {
  const { outY, outX, table } = grid;
  return makePhases([{ outY, outX, first: 0, groups: table.groups.length, start: 0, run: table.run, sums: [] }], grid);
}

/** Computes a grid in the order that the definition gives. The filter is packed first, eight output maps a panel. */
export function computeDirect({ runtime }: SimdBackend, grid: Grid, operands: Operands): void {
  const { batch, rows, cols, maps, depth, table } = grid;
  const { filter, bias, flip, activation } = operands;
  const { run, groups } = table;
  const pixels = batch * rows * cols;
  if (pixels === 0 || maps === 0) return;
  const phases = grid.phases ?? onePhase(grid);
  const { taps } = phases;
  const panels = Math.ceil(maps / 8);
  const alone = pixels * taps * depth * maps < ALONE;

  let block = Math.min(MOST_PIXELS, roundUp(pixels, 6));
  let split = Math.min(phases.count * panels, Math.ceil(ENOUGH_ITEMS / Math.ceil(pixels / block)));
  if (alone) split = 1;
  else if (split * Math.ceil(pixels / block) < ENOUGH_ITEMS)
    block = Math.min(block, roundUp(Math.ceil((pixels * split) / ENOUGH_ITEMS), 6));

  const runBytes = run * depth * 4;
  const edges = Math.min(block, (Math.ceil(block / cols) + 1) * edgeColumns(grid)) * groups.length * runBytes;
  const perThread = roundUp(192 + (block / 6) * 24 * (groups.length + 1) + edges + 64, 64);
  const tableBytes = roundUp((table.words.length + phases.words.length) * 4, 64);
  const zeroBytes = roundUp(runBytes + 64, 64);
  const biasBytes = bias ? panels * 32 : 0;
  const panelBytes = panels * taps * depth * 32;
  const tableAt = runtime.heap.allocate(
    tableBytes + zeroBytes + biasBytes + panelBytes + 64 + perThread * runtime.threads,
  );
  const zerosAt = tableAt + tableBytes;
  const biasAt = zerosAt + zeroBytes;
  const panelsAt = roundUp(biasAt + biasBytes, 64);
  const scratchAt = panelsAt + panelBytes;
  const orderAt = writeTable(runtime.memory, tableAt, table);
  const { buffer } = runtime.memory;
  const phasesAt = tableAt + table.words.length * 4;
  new Int32Array(buffer, phasesAt, phases.words.length).set(phases.words);
  new Uint8Array(buffer, zerosAt, zeroBytes + biasBytes).fill(0);
  if (bias) new Float32Array(buffer, biasAt, maps).set(new Float32Array(buffer, bias, maps));

  const { ints } = runtime;
  const small = taps * depth * maps < ALONE;
  if (grid.phases) {
    ints.set([filter, panelsAt, phasesAt, depth, maps]);
    runtime.run(KERNEL.packSums, phases.count * panels, small);
  } else {
    ints.set([filter, panelsAt, taps, orderAt, depth, maps, flip ? 1 : 0]);
    runtime.run(KERNEL.packFilter, panels, small);
  }

  ints.set([
    operands.x,
    operands.out,
    panelsAt,
    bias ? biasAt : 0,
    activation,
    batch,
    grid.height,
    grid.width,
    depth,
    rows,
    cols,
    maps,
  ]);
  ints.set([grid.stepY, grid.stepX, groups.length, tableAt, run], 12);
  ints.set([grid.outHeight, grid.outWidth, grid.outStepY, grid.outStepX, phases.count, phasesAt], 17);
  ints.set([block, scratchAt, perThread, split, zerosAt], 23);
  runtime.leave(KERNEL.convTiles, Math.ceil(pixels / block) * split, alone);
  runtime.heap.free(tableAt);
}

/** Sums the results of `chunks` parts of a gradient, `size` floats each, one behind the other, in order. */
export function sumChunks(
  runtime: Runtime,
  from: number,
  to: number,
  chunks: number,
  size: number,
  apart = size * 4,
): void {
  const block = Math.max(1024, Math.ceil(size / ENOUGH_ITEMS / 4) * 4);
  runtime.ints.set([from, to, chunks, apart, size, block]);
  runtime.leave(KERNEL.sumParts, Math.ceil(size / block), size * chunks < ALONE);
}
