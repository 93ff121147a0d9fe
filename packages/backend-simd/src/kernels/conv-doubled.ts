import { KERNEL } from '../abi/board';
import type { SimdBackend } from '../backend';
import type { Runtime } from '../runtime/runtime';
import { ALONE, type Grid, type Operands, sumChunks } from './conv-tiles';
import { blockOf, cutGradient, even } from './cut';
import { roundUp } from './kernel';

/** Products a pixel, as in wasm/doubled.as. */
const PLACES = 4;
/** Bytes of what a block of pixels is made into: a part of a second-level cache. */
const MOST_BYTES = 256 * 1024;
const MOST_PIXELS = 96;
/** Pixels that a part of a sum has at least where there are as many. */
const LEAST_CHUNK = 256;

/** A 2x2 convolution of an image [batch, 2 height, 2 width, depth] to as many pixels of `maps` maps: half its sides. */
export interface Doubled {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly depth: number;
  readonly maps: number;
}

/** A grid as such a convolution. Where the image's pixels are doubled, the image itself is all that it and its gradients need. */
export function doubledOf({ table, stepY, stepX, ...grid }: Grid): Doubled | undefined {
  const { batch, height, width, rows, cols, depth, maps } = grid;
  const { run, groups } = table;
  const square = run === 2 && groups.length === 2 && groups.every(([y, x], i) => y === i && x === 0);
  const same = stepY === 1 && stepX === 1 && rows === height && cols === width && rows % 2 === 0 && cols % 2 === 0;
  // vectors of four maps
  if (!square || !same || batch * rows * cols * depth * maps === 0 || depth % 4 !== 0 || maps % 4 !== 0)
    return undefined;
  return { batch, height: height / 2, width: width / 2, depth, maps };
}

const pixelsOf = ({ batch, height, width }: Doubled): number => batch * height * width;

/** Few enough products that one thread computes them. */
const isSmall = (doubled: Doubled): boolean => pixelsOf(doubled) * PLACES * doubled.depth * doubled.maps < ALONE;

/** Writes the arguments that all kernels share. */
function setImages({ ints }: Runtime, doubled: Doubled, x: number, out: number, dy: number): void {
  const { batch, height, width, depth, maps } = doubled;
  ints.set([x, out, batch, height, width, depth, maps]);
  ints[11] = dy;
}

/** A pass over blocks of pixels that reads `inner` maps of each and writes `outer`, by two kernels. */
interface Pass {
  readonly inner: number;
  readonly outer: number;
  readonly pack: number;
  readonly compute: number;
}

/** What a pass works on: the image and its convolution, or dy and the gradient of the image. */
type At = Pick<Operands, 'x' | 'out' | 'filter' | 'bias' | 'activation'> & { readonly dy: number };

function computeBlocks({ runtime }: SimdBackend, doubled: Doubled, pass: Pass, at: At): void {
  const { inner, outer, pack, compute } = pass;
  const { threads, heap, memory, ints } = runtime;
  const pixels = pixelsOf(doubled);
  const panels = Math.ceil(outer / 8);
  const pixelBytes = PLACES * inner * 4;
  const most = Math.max(12, Math.min(MOST_PIXELS, Math.floor(MOST_BYTES / pixelBytes / 6) * 6));
  const block = blockOf(pixels, most, threads);
  const blocks = Math.ceil(pixels / block);
  // each share of the panels spreads the pixels again, so there are no more than threads need
  const shares = Math.min(panels, Math.ceil(threads / blocks));
  const sixes = Math.ceil(block / 6);
  const perThread = roundUp(sixes * (768 + 6 * pixelBytes) + 64, 64);
  const zeroBytes = roundUp(inner * 4, 64);
  const panelBytes = panels * PLACES * inner * 32;
  const zerosAt = heap.allocate(zeroBytes + panelBytes + perThread * threads);
  const panelsAt = zerosAt + zeroBytes;
  new Uint8Array(memory.buffer, zerosAt, zeroBytes).fill(0);
  setImages(runtime, doubled, at.x, at.out, at.dy);
  ints.set([block, panelsAt + panelBytes, perThread, zerosAt], 7);
  ints.set([at.filter, panelsAt, at.bias, at.activation, shares], 12);
  runtime.run(pack, panels, PLACES * inner * outer < ALONE);
  runtime.leave(compute, blocks * shares, isSmall(doubled));
  heap.free(zerosAt);
}

/** The convolution of the image at x, its pixels doubled. */
export function computeDoubled(backend: SimdBackend, doubled: Doubled, operands: Operands): void {
  const pass = {
    inner: doubled.depth,
    outer: doubled.maps,
    pack: KERNEL.doubledFilter,
    compute: KERNEL.doubledTiles,
  };
  computeBlocks(backend, doubled, pass, { ...operands, dy: 0 });
}

/** The gradient of the image, at `out`. */
export function doubledInputGradient(
  backend: SimdBackend,
  doubled: Doubled,
  { dy, filter, out }: { readonly dy: number; readonly filter: number; readonly out: number },
): void {
  const pass = {
    inner: doubled.maps,
    outer: doubled.depth,
    pack: KERNEL.doubledFilterBack,
    compute: KERNEL.doubledInput,
  };
  computeBlocks(backend, doubled, pass, { x: 0, out, dy, filter, bias: 0, activation: 0 });
}

/** The gradient of the filter, from the image at x. */
export function doubledFilterGradient(
  { runtime }: SimdBackend,
  doubled: Doubled,
  { x, dy, out }: { readonly x: number; readonly dy: number; readonly out: number },
): void {
  const { depth, maps } = doubled;
  const { threads, heap, memory, ints } = runtime;
  const pixels = pixelsOf(doubled);
  const { cBlock, nBlock, tasks, chunk, chunks } = cutGradient(doubled, pixels, LEAST_CHUNK, threads);
  const block = even(chunk, MOST_PIXELS, 1);
  const size = PLACES * depth * maps;
  const partBytes = chunks > 1 ? roundUp(chunks * size * 4, 64) : 0;
  const zeroBytes = roundUp(depth * 4, 64);
  const sumBytes = PLACES * Math.ceil(cBlock / 6) * Math.ceil(nBlock / 8) * 192;
  const perThread = roundUp(PLACES * block * 4 * (cBlock + nBlock) + sumBytes + 64, 64);
  const zerosAt = heap.allocate(zeroBytes + partBytes + perThread * threads);
  const partsAt = zerosAt + zeroBytes;
  new Uint8Array(memory.buffer, zerosAt, zeroBytes).fill(0);
  setImages(runtime, doubled, x, chunks > 1 ? partsAt : out, dy);
  ints.set([block, partsAt + partBytes, perThread, zerosAt], 7);
  ints.set([chunk, cBlock, nBlock], 17);
  runtime.run(KERNEL.doubledGradient, tasks * chunks, isSmall(doubled));
  if (chunks > 1) sumChunks(runtime, partsAt, out, chunks, size);
  heap.free(zerosAt);
}
