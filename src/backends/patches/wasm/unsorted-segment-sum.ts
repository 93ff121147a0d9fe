import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type WasmBackend, wasmKernel } from './kernel';

function sum(backend: WasmBackend, x: TensorInfo, segmentIds: TensorInfo, numSegments: number): TensorInfo {
  const inner = x.shape.slice(segmentIds.shape.length);
  const result = backend.makeOutput([numSegments, ...inner], x.dtype);
  const ids = backend.typedArrayFromHeap(segmentIds);
  const from = backend.typedArrayFromHeap(x);
  const to = backend.typedArrayFromHeap(result).fill(0);
  const size = util.sizeFromShape(inner);
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let i = 0; i < size; i++) to[id * size + i] += from[row * size + i];
  });
  return result;
}

/** The gradient of `gather`, and so of an embedding. Rows with an id outside the segments are left out, as on cpu. */
export const unsortedSegmentSum = wasmKernel<'x' | 'segmentIds', { numSegments: number }>(
  'UnsortedSegmentSum',
  ({ inputs: { x, segmentIds }, attrs: { numSegments }, backend }) => sum(backend, x, segmentIds, numSegments),
);
