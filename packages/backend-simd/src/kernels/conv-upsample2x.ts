import { type Address, behind, NONE } from '../abi/kernel';
import { PANEL_ROW, TILE_BYTES, UPSAMPLE_PLACES } from '../assembly/sizes';
import type { SimdBackend } from '../backend';
import { ACTIVATION, abi } from '../generated/abi';
import type { Runtime } from '../runtime/runtime';
import { type ConvGeometry, type Operands, sumChunks } from './conv-tiles';
import { blockOf, cutGradient, evenSplit } from './cut';
import { roundUp } from './kernel';

/** Bytes of what a block of pixels is made into: a part of a second-level cache. */
const MOST_BLOCK_BYTES = 256 * 1024;
/** Pixels of a block at most, and of what is summed at a time in the filter's gradient. */
const MOST_BLOCK_PIXELS = 96;
/** Pixels that a part of a sum has at least where there are as many. */
const LEAST_CHUNK_PIXELS = 256;

/** A 2x2 convolution of an image [batch, 2 height, 2 width, channels] to as many pixels: half its sides. */
export interface Upsample2x {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
}

/** A geometry as such a convolution. Where the image is upsampled 2x, the small one is all that it and its gradients need. */
export function upsample2xOf({ table, stepY, stepX, ...geometry }: ConvGeometry): Upsample2x | undefined {
  const { batch, height, width, rows, cols, channels, filters } = geometry;
  const { run, groups } = table;
  const square = run === 2 && groups.length === 2 && groups.every(([y, x], i) => y === i && x === 0);
  const same = stepY === 1 && stepX === 1 && rows === height && cols === width && rows % 2 === 0 && cols % 2 === 0;
  // vectors of four channels
  if (!square || !same || batch * rows * cols * channels * filters === 0 || channels % 4 !== 0 || filters % 4 !== 0)
    return undefined;
  return { batch, height: height / 2, width: width / 2, channels, filters };
}

const pixelsOf = ({ batch, height, width }: Upsample2x): number => batch * height * width;

/** Few enough products that one thread computes them. */
const isSmall = ({ tuning }: Runtime, upsample2x: Upsample2x): boolean =>
  pixelsOf(upsample2x) * UPSAMPLE_PLACES * upsample2x.channels * upsample2x.filters < tuning.leastSharedProducts;

/** A pass over blocks of pixels that reads `inner` channels of each and writes `outer`. */
interface Pass {
  readonly inner: number;
  readonly outer: number;
  /** Whether it is the gradient of the image. */
  readonly back: boolean;
}

/** What a pass works on: the image and its convolution, or dy and the gradient of the image. */
type At = Pick<Operands, 'x' | 'out' | 'filter' | 'bias' | 'activation'> & { readonly dy: Address };

function computeBlocks({ runtime }: SimdBackend, upsample2x: Upsample2x, { inner, outer, back }: Pass, at: At): void {
  const { threads, heap, memory } = runtime;
  const { batch, height, width, channels, filters } = upsample2x;
  const { x, dy, out, filter, bias, activation } = at;
  const pixels = pixelsOf(upsample2x);
  const panelCount = Math.ceil(outer / 8);
  const pixelBytes = UPSAMPLE_PLACES * inner * 4;
  const most = Math.max(12, Math.min(MOST_BLOCK_PIXELS, Math.floor(MOST_BLOCK_BYTES / pixelBytes / 6) * 6));
  const block = blockOf(pixels, most, threads);
  const blocks = Math.ceil(pixels / block);
  // each share of the panels makes the differences of the pixels again, so there are no more than threads need
  const split = Math.min(panelCount, Math.ceil(threads / blocks));
  const sixes = Math.ceil(block / 6);
  const scratchSize = roundUp(sixes * (UPSAMPLE_PLACES * TILE_BYTES + 6 * pixelBytes) + 64, 64);
  const zeroBytes = roundUp(inner * 4, 64);
  const panelBytes = panelCount * UPSAMPLE_PLACES * inner * PANEL_ROW;
  const zeros = heap.allocate(zeroBytes + panelBytes + scratchSize * threads);
  const panels = behind(zeros, zeroBytes);
  const scratch = behind(panels, panelBytes);
  new Uint8Array(memory.buffer, zeros, zeroBytes).fill(0);
  const packsAlone = UPSAMPLE_PLACES * inner * outer < runtime.tuning.leastSharedProducts;
  if (back)
    runtime.run(
      abi.packUpsample2xBack,
      { filter, panels, channels, filters, scratch, scratchSize },
      panelCount,
      packsAlone,
    );
  else runtime.run(abi.packUpsample2x, { filter, panels, channels, filters }, panelCount, packsAlone);
  const shared = { x, dy, out, batch, height, width, channels, filters, block, scratch, scratchSize, zeros };
  const args = { shared: { shared, panels, bias, activation, split } };
  const kernel = back ? abi.upsample2xInputGradient : abi.upsample2xTiles;
  runtime.dispatch(kernel, args, blocks * split, isSmall(runtime, upsample2x));
  heap.release(zeros);
}

/** The convolution of the image at x upsampled 2x. */
export function computeUpsample2x(backend: SimdBackend, upsample2x: Upsample2x, operands: Operands): void {
  const pass = { inner: upsample2x.channels, outer: upsample2x.filters, back: false };
  computeBlocks(backend, upsample2x, pass, { ...operands, dy: NONE });
}

/** The gradient of the image, at `out`. */
export function upsample2xInputGradient(
  backend: SimdBackend,
  upsample2x: Upsample2x,
  { dy, filter, out }: { readonly dy: Address; readonly filter: Address; readonly out: Address },
): void {
  const pass = { inner: upsample2x.filters, outer: upsample2x.channels, back: true };
  computeBlocks(backend, upsample2x, pass, { x: NONE, out, dy, filter, bias: NONE, activation: ACTIVATION.none });
}

/** The gradient of the filter, from the image at x. */
export function upsample2xFilterGradient(
  { runtime }: SimdBackend,
  upsample2x: Upsample2x,
  { x, dy, out }: { readonly x: Address; readonly dy: Address; readonly out: Address },
): void {
  const { batch, height, width, channels, filters } = upsample2x;
  const { threads, heap, memory } = runtime;
  const pixels = pixelsOf(upsample2x);
  const { channelBlock, filterBlock, tasks, chunk, chunks } = cutGradient(
    upsample2x,
    pixels,
    LEAST_CHUNK_PIXELS,
    threads,
  );
  const block = evenSplit(chunk, MOST_BLOCK_PIXELS, 1);
  const size = UPSAMPLE_PLACES * channels * filters;
  const partBytes = chunks > 1 ? roundUp(chunks * size * 4, 64) : 0;
  const zeroBytes = roundUp(channels * 4, 64);
  const sumBytes = UPSAMPLE_PLACES * Math.ceil(channelBlock / 6) * Math.ceil(filterBlock / 8) * TILE_BYTES;
  const scratchSize = roundUp(UPSAMPLE_PLACES * block * 4 * (channelBlock + filterBlock) + sumBytes + 64, 64);
  const zeros = heap.allocate(zeroBytes + partBytes + scratchSize * threads);
  const parts = behind(zeros, zeroBytes);
  new Uint8Array(memory.buffer, zeros, zeroBytes).fill(0);
  const shared = {
    x,
    dy,
    out: chunks > 1 ? parts : out,
    batch,
    height,
    width,
    channels,
    filters,
    block,
    scratch: behind(parts, partBytes),
    scratchSize,
    zeros,
  };
  const args = { shared, chunk, channelBlock, filterBlock };
  runtime.run(abi.upsample2xFilterGradient, args, tasks * chunks, isSmall(runtime, upsample2x));
  if (chunks > 1) sumChunks(runtime, parts, out, chunks, size);
  heap.release(zeros);
}
