import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from '../backend';
import { KERNEL } from '../board';
import { filled } from './elementwise';
import { allFloat, type Kernel, sizeOf } from './kernel';

type Shape4 = [number, number, number, number];

/** Factors whose reciprocals lead the cpu backend's arithmetic to plain repetition. */
const WHOLE = new Set([1, 2, 3, 4, 8, 16]);
const SMALL = 32_768;

function factorsOf(x: Shape4, y: Shape4): [number, number] | undefined {
  const factors: [number, number] = [y[1] / x[1], y[2] / x[2]];
  return WHOLE.has(factors[0]) && WHOLE.has(factors[1]) ? factors : undefined;
}

const nearest: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const [batch, height, width, depth] = x.shape as Shape4;
  const [rows, cols] = attrs.size as unknown as [number, number];
  const shape: Shape4 = [batch, rows, cols, depth];
  const factors = factorsOf(x.shape as Shape4, shape);
  if (!allFloat(x) || attrs.alignCorners || !factors) return undefined;
  const from = backend.address(x);
  const out = backend.output(shape, 'float32');
  backend.runtime.ints.set([from, backend.address(out), height, width, depth, ...factors]);
  backend.runtime.run(KERNEL.repeatRow, batch * rows, sizeOf(shape) < SMALL);
  return out;
};

const nearestGrad: Kernel = ({ backend, inputs, attrs }) => {
  const x = inputs.images!;
  const dy = inputs.dy!;
  const [batch, height, width, depth] = x.shape as Shape4;
  const factors = factorsOf(x.shape as Shape4, dy.shape as Shape4);
  if (!allFloat(x, dy) || attrs.alignCorners || !factors) return undefined;
  const from = backend.address(dy);
  const out = backend.output(x.shape, 'float32');
  backend.runtime.ints.set([from, backend.address(out), height, width, depth, ...factors]);
  backend.runtime.run(KERNEL.repeatGradientRow, batch * height, sizeOf(dy.shape) < SMALL);
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
  if (!allFloat(x, dy) || sizeOf(shape) === 0 || sizeOf(dy.shape) === 0) return undefined;
  const at = backend.address(dy);
  const out = filled(backend, shape, 0);
  const items = shape[0] * Math.ceil(shape[3] / 4);
  blend(backend, KERNEL.blendGradient, items, at, out, shape, dy.shape as Shape4, attrs.alignCorners === true, false);
  return out;
};

/** Nearest-neighbour (by whole factors) and bilinear resize with their gradients. */
export const resizeKernels: Readonly<Record<string, Kernel>> = {
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestGrad,
  ResizeBilinear: bilinear,
  ResizeBilinearGrad: bilinearGrad,
};
