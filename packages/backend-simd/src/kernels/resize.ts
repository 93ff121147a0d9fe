import type { NamedAttrMap } from '@tensorflow/tfjs-core';
import { type Address, behind, type WasmKernel } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { abi, type PickRowArguments } from '../generated/abi';
import { upsample2xInputGradient } from './conv-upsample2x';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape4 = [number, number, number, number];

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

/** What a kernel takes that finds pixels by a table of rows and one of columns, but for the two images. */
type Tables = Omit<PickRowArguments, 'x' | 'out'>;

/** Runs such a kernel from or to x. */
function pick<Images extends object>(
  { runtime }: SimdBackend,
  kernel: WasmKernel<Tables & Images>,
  items: number,
  images: Images,
  x: Shape4,
  [rows, cols]: readonly [number[], number[]],
): void {
  const tables = runtime.heap.allocate((rows.length + cols.length) * 4);
  new Int32Array(runtime.memory.buffer, tables, rows.length + cols.length).set([...rows, ...cols]);
  const args = {
    ...images,
    height: x[1],
    width: x[2],
    channels: x[3],
    rows: rows.length,
    cols: cols.length,
    rowTable: tables,
    colTable: behind(tables, rows.length * 4),
  };
  runtime.run(kernel, args, items, x[0] * rows.length * cols.length * x[3] < runtime.tuning.leastSharedElements);
  runtime.heap.release(tables);
}

const nearest: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const shape = x.shape as Shape4;
  const [rows, cols] = attrs.size as unknown as [number, number];
  if (!allFloat(x) || sizeOf(shape) === 0) return undefined;
  const from = backend.address(x);
  const places = [nearestPlaces(shape[1], rows, attrs), nearestPlaces(shape[2], cols, attrs)] as const;
  const write = (out: Address) => pick(backend, abi.pickRow, shape[0] * rows, { x: from, out }, shape, places);
  const factorY = repeats(places[0], shape[1]);
  const factorX = repeats(places[1], shape[2]);
  const outShape = [shape[0], rows, cols, shape[3]];
  // a convolution may not need the repeated pixels
  if (factorY && factorX)
    return backend.defer(outShape, { kind: 'repeated', from, shape, factorY, factorX }, [from], write);
  const out = backend.output(outShape, 'float32');
  write(backend.address(out));
  return out;
};

const nearestGrad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const dy = inputs.dy!;
  const shape = x.shape as Shape4;
  const [batch, height, width, channels] = shape;
  if (!allFloat(dy) || sizeOf(dy.shape) === 0) return undefined;
  const places = [nearestPlaces(height, dy.shape[1], attrs), nearestPlaces(width, dy.shape[2], attrs)] as const;
  const factorY = repeats(places[0], height);
  const factorX = repeats(places[1], width);
  const deferred = backend.deferred(dy);
  if (deferred?.kind === 'inputGradient' && factorY === 2 && factorX === 2) {
    const out = backend.output(shape, 'float32');
    upsample2xInputGradient(
      backend,
      { batch, height, width, channels, filters: deferred.filters },
      { ...deferred, out: backend.address(out) },
    );
    return out;
  }
  const from = backend.address(dy);
  if (factorY === undefined || factorX === undefined) {
    const out = filled(backend, shape, 0);
    const images = { dy: from, dx: backend.address(out) };
    pick(backend, abi.pickGradient, batch * Math.ceil(channels / 4), images, shape, places);
    return out;
  }
  const out = backend.output(shape, 'float32');
  const args = { dy: from, dx: backend.address(out), width, channels, factorY, factorX };
  backend.runtime.dispatch(
    abi.repeatGradientRow,
    args,
    batch * height,
    sizeOf(dy.shape) < backend.runtime.tuning.leastSharedElements,
  );
  return out;
};

/** For each output position the two input positions it lies between and the weight of the second. */
function writeBlend(
  memory: WebAssembly.Memory,
  at: Address,
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

function blend<Images extends object>(
  { runtime }: SimdBackend,
  kernel: WasmKernel<Tables & Images>,
  items: number,
  images: Images,
  x: Shape4,
  y: Shape4,
  corners: boolean,
  centers: boolean,
): void {
  const rowTable = runtime.heap.allocate((y[1] + y[2]) * 12);
  const colTable = behind(rowTable, y[1] * 12);
  writeBlend(runtime.memory, rowTable, x[1], y[1], corners, centers);
  writeBlend(runtime.memory, colTable, x[2], y[2], corners, centers);
  const sizes = { height: x[1], width: x[2], channels: x[3], rows: y[1], cols: y[2] };
  runtime.run(
    kernel,
    { ...images, ...sizes, rowTable, colTable },
    items,
    sizeOf(y) < runtime.tuning.leastSharedElements,
  );
  runtime.heap.release(rowTable);
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
    abi.blendRow,
    from[0] * rows,
    { x: at, out: backend.address(out) },
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
    abi.blendGradient,
    items,
    { dy: at, dx: backend.address(out) },
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
