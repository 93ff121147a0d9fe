import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Address, behind } from '../abi/kernel';
import type { SimdBackend } from '../backend';
import { abi, FOLD, type Fold } from '../generated/abi';
import { allFloat, type Kernel, sizeOf } from './kernel';

/** Rows of a column fold that one item takes at least. */
const LEAST_ITEM_ROWS = 64;
/** Items that a column fold is cut into where it is long enough. */
const WANTED_ITEMS = 16;

/** Folds the middle of [outer, middle, inner] at `from` into `to`. Where the work is cut depends on the shape alone. */
function foldMiddle(
  { runtime }: SimdBackend,
  from: Address,
  to: Address,
  outer: number,
  middle: number,
  inner: number,
  fold: Fold,
  factor: number,
): void {
  const { itemElements } = runtime.tuning;
  if (inner === 1) {
    const block = Math.max(1, Math.floor(itemElements / middle));
    runtime.run(abi.foldRows, { from, to, rows: outer, length: middle, fold, block, factor }, Math.ceil(outer / block));
    return;
  }
  const chunk =
    outer * middle * inner < itemElements
      ? middle
      : Math.max(LEAST_ITEM_ROWS, Math.ceil(middle / Math.max(1, WANTED_ITEMS / outer)));
  const chunks = Math.ceil(middle / chunk);
  const parts = chunks > 1 ? runtime.heap.allocate(outer * chunks * inner * 4) : to;
  const args = { from, to: parts, middle, inner, fold, chunk, chunks, factor: chunks > 1 ? 1 : factor };
  runtime.run(abi.foldColumns, args, outer * chunks, outer * middle * inner < itemElements);
  if (chunks > 1) {
    const last = { from: parts, to, middle: chunks, inner, fold, chunk: chunks, chunks: 1, factor };
    runtime.run(abi.foldColumns, last, outer, true);
    runtime.heap.release(parts);
  }
}

/** Folds axes of x, the last group of neighbouring axes first, so that any set of axes is a chain of simple folds. */
function foldAxes(
  backend: SimdBackend,
  x: TensorInfo,
  axes: readonly number[],
  op: Fold,
  keepDims: boolean,
  factor: number,
): TensorInfo {
  const reduced = new Set(axes);
  const shape = [...x.shape];
  const keptShape = backend_util.expandShapeToKeepDim(
    shape.filter((_, d) => !reduced.has(d)),
    axes as number[],
  );
  const outShape = keepDims ? keptShape : shape.filter((_, d) => !reduced.has(d));
  let current = x;
  let d = shape.length - 1;
  while (d >= 0) {
    // dimensions of one element belong to either side
    while (d >= 0 && !(reduced.has(d) && shape[d] !== 1)) d--;
    if (d < 0) break;
    const end = d + 1;
    while (d >= 0 && (reduced.has(d) || shape[d] === 1)) d--;
    const start = d + 1;
    const more = axes.some((axis) => axis < start && shape[axis] !== 1);
    const outer = sizeOf(shape.slice(0, start));
    const middle = sizeOf(shape.slice(start, end));
    const inner = sizeOf(shape.slice(end));
    for (let i = start; i < end; i++) shape[i] = 1;
    const from = backend.address(current);
    const next = backend.output(shape.slice(), 'float32');
    foldMiddle(backend, from, backend.address(next), outer, middle, inner, op, more ? 1 : factor);
    if (current !== x) backend.disposeIntermediateTensorInfo(current);
    current = next;
  }
  if (current === x) return backend.alias(x, outShape);
  return { ...current, shape: outShape };
}

function reduction(op: Fold, attribute: 'axis' | 'reductionIndices', mean = false): Kernel {
  return ({ backend, inputs, attrs }) => {
    const x = inputs.x!;
    const axes = util.parseAxisParam(attrs[attribute] as unknown as number | number[], x.shape);
    if (!allFloat(x) || sizeOf(x.shape) === 0) return undefined;
    const count = sizeOf(axes.map((axis) => x.shape[axis]));
    return foldAxes(backend, x, axes, op, attrs.keepDims === true, mean ? 1 / count : 1);
  };
}

const softmax: Kernel = ({ backend, inputs, attrs }) => {
  const logits = inputs.logits!;
  const rank = logits.shape.length;
  if (!allFloat(logits) || (attrs.dim !== -1 && attrs.dim !== rank - 1) || sizeOf(logits.shape) === 0) return undefined;
  const length = logits.shape[rank - 1] ?? 1;
  const rows = sizeOf(logits.shape) / length;
  const from = backend.address(logits);
  const out = backend.output(logits.shape, 'float32');
  const block = Math.max(1, Math.floor(backend.runtime.tuning.itemElements / 4 / length));
  const args = { from, to: backend.address(out), rows, length, block };
  backend.runtime.run(abi.softmaxRows, args, Math.ceil(rows / block));
  return out;
};

/** Sums, means and maxima over axes, and softmax of the last one. */
export const reduceKernels: Readonly<Record<string, Kernel>> = {
  Sum: reduction(FOLD.sum, 'axis'),
  Mean: reduction(FOLD.sum, 'axis', true),
  Max: reduction(FOLD.max, 'reductionIndices'),
  Softmax: softmax,
};

/** The sum of all numbers of all inputs, or of their squares, in one job: stretches in single precision, added in double. */
const sumAll: Kernel = ({ backend, inputs, attrs }) => {
  const { runtime } = backend;
  const tensors = Object.values(inputs) as TensorInfo[];
  if (!allFloat(...tensors)) throw new TypeError('SumAll: every tensor must be float32.');
  const table: number[] = [];
  for (const tensor of tensors) {
    const address = backend.address(tensor);
    const size = sizeOf(tensor.shape);
    const { itemElements } = runtime.tuning;
    for (let start = 0; start < size; start += itemElements)
      table.push(behind(address, start * 4), Math.min(itemElements, size - start));
  }
  const out = backend.output([], 'float32');
  const count = table.length / 2;
  const at = runtime.heap.allocate(count * 12);
  const { buffer } = runtime.memory;
  new Int32Array(buffer, at, table.length).set(table);
  const to = behind(at, count * 8);
  runtime.run(abi.sumStretch, { table: at, to, squares: attrs.squares === true }, count);
  backend.view(out)[0] = new Float32Array(buffer, to, count).reduce((total, part) => total + part, 0);
  runtime.heap.release(at);
  return out;
};

/** A kernel that tfjs-multitask asks for, which no other backend has. */
export const ownReduceKernels: Readonly<Record<string, Kernel>> = { SumAll: sumAll };
