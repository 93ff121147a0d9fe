import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { KERNEL } from '../abi/board';
import type { SimdBackend } from '../backend';
import { doubledInputGradient } from './conv-doubled';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape4 = [number, number, number, number];

const SMALL = 32_768;

/** For each output position the input position nearest to it, by the cpu backend's arithmetic. */
function nearestPlaces(size: number, outSize: number, { alignCorners, halfPixelCenters }: NamedAttrMap): number[] {
  const corners = alignCorners && outSize > 1;
  const ratio = (corners ? size - 1 : size) / (corners ? outSize - 1 : outSize);
  return Array.from({ length: outSize }, (_, i) => {
    const position = halfPixelCenters ? ratio * (i + 0.5) : ratio * i;
    return Math.max(0, Math.min(size - 1, alignCorners ? Math.round(position) : Math.floor(position)));
  });
}

/** How often each input position is repeated, where all are equally often and in order. */
function repeats(places: readonly number[], size: number): number | undefined {
  const factor = places.length / size;
  return Number.isInteger(factor) && places.every((place, i) => place === Math.floor(i / factor)) ? factor : undefined;
}

/** Runs a kernel that finds pixels by a table of rows and one of columns. */
function pick(
  backend: SimdBackend,
  kernel: number,
  items: number,
  from: number,
  to: number,
  x: Shape4,
  places: readonly [number[], number[]],
): void {
  const { runtime } = backend;
  const [rows, cols] = places;
  const tables = runtime.heap.allocate((rows.length + cols.length) * 4);
  new Int32Array(runtime.memory.buffer, tables, rows.length + cols.length).set([...rows, ...cols]);
  runtime.ints.set([from, to, x[1], x[2], x[3], rows.length, cols.length, tables, tables + rows.length * 4]);
  runtime.run(kernel, items, x[0] * rows.length * cols.length * x[3] < SMALL);
  runtime.heap.free(tables);
}

const nearest: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const shape = x.shape as Shape4;
  const [rows, cols] = attrs.size as unknown as [number, number];
  if (!allFloat(x) || sizeOf(shape) === 0) return undefined;
  const from = backend.address(x);
  const places = [nearestPlaces(shape[1], rows, attrs), nearestPlaces(shape[2], cols, attrs)] as const;
  const write = (to: number) => pick(backend, KERNEL.pickRow, shape[0] * rows, from, to, shape, places);
  const factorY = repeats(places[0], shape[1]);
  const factorX = repeats(places[1], shape[2]);
  const outShape = [shape[0], rows, cols, shape[3]];
  // a convolution may not need the repeated pixels
  if (factorY && factorX)
    return backend.promise(outShape, { kind: 'repeated', from, shape, factorY, factorX }, [from], write);
  const out = backend.output(outShape, 'float32');
  write(backend.address(out));
  return out;
};

const nearestGrad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const dy = inputs.dy!;
  const shape = x.shape as Shape4;
  const [batch, height, width, depth] = shape;
  if (!allFloat(dy) || sizeOf(dy.shape) === 0) return undefined;
  const places = [nearestPlaces(height, dy.shape[1]!, attrs), nearestPlaces(width, dy.shape[2]!, attrs)] as const;
  const factorY = repeats(places[0], height);
  const factorX = repeats(places[1], width);
  const promised = backend.promised(dy);
  if (promised?.kind === 'inputGradient' && factorY === 2 && factorX === 2) {
    const out = backend.output(shape, 'float32');
    doubledInputGradient(
      backend,
      { batch, height, width, depth, maps: promised.maps },
      { ...promised, out: backend.address(out) },
    );
    return out;
  }
  const from = backend.address(dy);
  if (factorY === undefined || factorX === undefined) {
    const out = filled(backend, shape, 0);
    pick(backend, KERNEL.pickGradient, batch * Math.ceil(depth / 4), from, backend.address(out), shape, places);
    return out;
  }
  const out = backend.output(shape, 'float32');
  backend.runtime.ints.set([from, backend.address(out), height, width, depth, factorY, factorX]);
  backend.runtime.leave(KERNEL.repeatGradientRow, batch * height, sizeOf(dy.shape) < SMALL);
  return out;
};

/** For each output position the two input positions it lies between and the weight of the second. */
function writeBlend(
  memory: WebAssembly.Memory,
  at: number,
  size: number,
  outSize: number,
  alignCorners: boolean,
  halfPixelCenters: boolean,
): void {
  const places = new Int32Array(memory.buffer, at, outSize * 3);
  const weights = new Float32Array(memory.buffer, at, outSize * 3);
  const corners = alignCorners && outSize > 1;
  const ratio = (corners ? size - 1 : size) / (corners ? outSize - 1 : outSize);
  for (let i = 0; i < outSize; i++) {
    const position = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const low = Math.max(0, Math.floor(position));
    places[3 * i] = low;
    places[3 * i + 1] = Math.max(0, Math.min(size - 1, Math.ceil(position)));
    weights[3 * i + 2] = position - low;
  }
}

function blend(
  backend: SimdBackend,
  kernel: number,
  items: number,
  from: number,
  out: TensorInfo,
  x: Shape4,
  y: Shape4,
  corners: boolean,
  centers: boolean,
): void {
  const { runtime } = backend;
  const tables = runtime.heap.allocate((y[1] + y[2]) * 12);
  writeBlend(runtime.memory, tables, x[1], y[1], corners, centers);
  writeBlend(runtime.memory, tables + y[1] * 12, x[2], y[2], corners, centers);
  runtime.ints.set([from, backend.address(out), x[1], x[2], x[3], y[1], y[2], tables, tables + y[1] * 12]);
  runtime.run(kernel, items, sizeOf(y) < SMALL);
  runtime.heap.free(tables);
}

const bilinear: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const from = x.shape as Shape4;
  const [rows, cols] = attrs.size as unknown as [number, number];
  const shape: Shape4 = [from[0], rows, cols, from[3]];
  if (!allFloat(x) || sizeOf(from) === 0 || sizeOf(shape) === 0) return undefined;
  const at = backend.address(x);
  const out = backend.output(shape, 'float32');
  blend(
    backend,
    KERNEL.blendRow,
    from[0] * rows,
    at,
    out,
    from,
    shape,
    attrs.alignCorners === true,
    attrs.halfPixelCenters === true,
  );
  return out;
};

const bilinearGrad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const dy = inputs.dy!;
  const shape = x.shape as Shape4;
  if (!allFloat(dy) || sizeOf(shape) === 0 || sizeOf(dy.shape) === 0) return undefined;
  const at = backend.address(dy);
  const out = filled(backend, shape, 0);
  const items = shape[0] * Math.ceil(shape[3] / 4);
  blend(
    backend,
    KERNEL.blendGradient,
    items,
    at,
    out,
    shape,
    dy.shape as Shape4,
    attrs.alignCorners === true,
    attrs.halfPixelCenters === true,
  );
  return out;
};

/** Nearest-neighbour and bilinear resize with their gradients. */
export const resizeKernels: Readonly<Record<string, Kernel>> = {
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestGrad,
  ResizeBilinear: bilinear,
  ResizeBilinearGrad: bilinearGrad,
};
