import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import { runFlat } from './flat-program';
import { runWebgpuKernel, webgpuKernel } from './kernel';

/** Values that one thread adds: so many that few sums remain, and so few that many threads share the work. */
const EACH = 64;
/** What the official kernel adds fast enough, by one workgroup. */
const FEW = 4096;

/** Adds the rows of `[rows, columns]` by `EACH` of them: returns `[rows / EACH, columns]`. */
function addSomeRows(backend: OfficialBackend, x: TensorInfo, rows: number, columns: number): TensorInfo {
  return runFlat(backend, {
    key: 'addSomeRows',
    inputs: { x },
    outputShape: [Math.ceil(rows / EACH), columns],
    uniforms: { rows: [rows, columns, 0, 0] },
    code: `
    let columns = uniforms.rows.y;
    let first = i / columns * ${EACH};
    var sum = 0.0;
    for (var row = first; row < min(first + ${EACH}, uniforms.rows.x); row++) { sum += x[row * columns + i % columns]; }
    result[i] = sum;`,
  });
}

/**
 * Adds the rows of a tensor whose values are `[rows, ...shape]`, always in the same order, so that a sum is the same
 * whenever it is taken. Returns a tensor of `shape`.
 */
export function addRows(backend: OfficialBackend, x: TensorInfo, rows: number, shape: readonly number[]): TensorInfo {
  const columns = util.sizeFromShape([...shape]);
  let sums = x;
  let left = rows;
  do {
    const next = addSomeRows(backend, sums, left, columns);
    if (sums !== x) backend.disposeData(sums.dataId);
    sums = next;
    left = Math.ceil(left / EACH);
  } while (left > 1);
  return { ...sums, shape: [...shape] };
}

/** Adds all values of `x`, neighbours in different threads, until few sums are left. */
function addMost(backend: OfficialBackend, x: TensorInfo): TensorInfo {
  const size = util.sizeFromShape(x.shape);
  const left = Math.ceil(size / EACH);
  const sums = runFlat(backend, {
    key: 'addMost',
    inputs: { x },
    outputShape: [left],
    uniforms: { size: [size, left, 0, 0] },
    code: `
    var sum = 0.0;
    for (var at = i; at < uniforms.size.x; at += uniforms.size.y) { sum += x[at]; }
    result[i] = sum;`,
  });
  if (left <= FEW) return sums;
  const fewer = addMost(backend, sums);
  backend.disposeData(sums.dataId);
  return fewer;
}

/**
 * Sums over the first axes, as gradients of biases are, and sums of all values, which the official kernel leaves to a
 * single workgroup, after it has transposed the tensor.
 */
export const sum = webgpuKernel<'x', { axis: number | number[]; keepDims: boolean }>(
  'Sum',
  ({ inputs: { x }, attrs: { axis, keepDims }, backend }, official) => {
    const axes = util.parseAxisParam(axis, x.shape);
    const size = util.sizeFromShape(x.shape);
    const first = axes.length > 0 && axes.every((_, i) => axes.includes(i));
    if (x.dtype !== 'float32' || !first || size <= FEW) return official();
    const rest = x.shape.slice(axes.length);
    const shape = keepDims ? backend_util.expandShapeToKeepDim(rest, axes) : rest;
    if (util.sizeFromShape(rest) > 1) return addRows(backend, x, size / util.sizeFromShape(rest), shape);
    const sums = addMost(backend, x);
    const total = runWebgpuKernel(backend, 'Sum', { x: sums }, { axis: [0], keepDims: false });
    backend.disposeData(sums.dataId);
    return { ...total, shape };
  },
);
