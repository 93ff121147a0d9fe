import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { allocate, floats, runWasmKernel, type WasmBackend } from './kernel';

/** The sums of `[outer, count, inner]` along the second axis, each times `factor`. */
function reduce(
  from: Float32Array,
  to: Float32Array,
  [outer, count, inner]: readonly [number, number, number],
  factor: number,
): void {
  const sums = new Float64Array(inner);
  for (let o = 0, at = 0; o < outer; o++) {
    if (inner === 1) {
      let sum = 0;
      for (const end = at + count; at < end; at++) sum += from[at];
      to[o] = sum * factor;
      continue;
    }
    sums.fill(0);
    for (let n = 0; n < count; n++) for (let i = 0; i < inner; i++) sums[i] += from[at++];
    for (let i = 0; i < inner; i++) to[o * inner + i] = sums[i] * factor;
  }
}

/** Whether the axes lie side by side, but for some of size 1. */
function areNeighbours(axes: readonly number[], shape: readonly number[]): boolean {
  const [first, last] = [axes[0], axes[axes.length - 1]];
  return shape.every((size, axis) => size === 1 || axis <= first || axis >= last || axes.includes(axis));
}

/** What tfjs passes to sums and means. */
export interface ReductionAttrs {
  readonly axis: number | number[];
  readonly keepDims: boolean;
}

/**
 * Sums, or means, of a float tensor, in double precision: the backend's own kernels add numbers of single precision one
 * after another, which goes wrong from some thousands of them on and stands still at 2^24 ones.
 */
export function sumInDouble(
  backend: WasmBackend,
  x: TensorInfo,
  { axis, keepDims }: ReductionAttrs,
  mean: boolean,
): TensorInfo {
  const axes = util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const sizeOf = (shape: readonly number[]) => util.sizeFromShape([...shape]);
  const [kept, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const count = sizeOf(reduced);
  const result = allocate(backend, keepDims ? backend_util.expandShapeToKeepDim(kept, axes) : kept);
  const factor = mean ? 1 / count : 1;
  if (axes.length === 0 || areNeighbours(axes, x.shape)) {
    const first = axes[0] ?? x.shape.length;
    const outer = sizeOf(x.shape.slice(0, first));
    const sizes = [outer, count, sizeOf(kept) / outer] as const;
    reduce(floats(backend, x), floats(backend, result), sizes, factor);
    return result;
  }
  const perm = [...x.shape.keys()].filter((at) => !axes.includes(at)).concat(axes);
  const moved = runWasmKernel(backend, 'Transpose', { x }, { perm });
  reduce(floats(backend, moved), floats(backend, result), [sizeOf(kept), count, 1], factor);
  backend.disposeData(moved.dataId);
  return result;
}
