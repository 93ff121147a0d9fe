import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Shape4D } from '../shared/plain-kernel';
import { type Conv2DAttrs, type Convolution, readConvolution } from './convolution';
import { allocate, floats, runWasmKernel, type WasmBackend, wasmKernel, zeros } from './kernel';

/**
 * Writes, for one filter column, the input values that it meets: `[channels, padded height, batch, output width]`,
 * zero where the column hangs over the edge.
 */
function gatherColumn(
  from: Float32Array,
  to: Float32Array,
  { inputShape, strides, padding }: Convolution,
  column: number,
  paddedHeight: number,
  outputWidth: number,
): void {
  const [batch, height, width, channels] = inputShape;
  const shift = column - padding[1];
  const first = Math.min(outputWidth, Math.max(0, Math.ceil(-shift / strides[1])));
  const end = Math.max(first, Math.min(outputWidth, Math.floor((width - 1 - shift) / strides[1]) + 1));
  const step = strides[1] * channels;
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < paddedHeight; row++) {
      const h = row - padding[0];
      const outside = h < 0 || h >= height;
      const start = ((n * height + h) * width + first * strides[1] + shift) * channels;
      for (let c = 0; c < channels; c++) {
        const target = ((c * paddedHeight + row) * batch + n) * outputWidth;
        if (outside) {
          to.fill(0, target, target + outputWidth);
          continue;
        }
        for (let o = 0; o < first; o++) to[target + o] = 0;
        for (let o = first, source = start + c; o < end; o++, source += step) to[target + o] = from[source];
        for (let o = end; o < outputWidth; o++) to[target + o] = 0;
      }
    }
  }
}

/** `[batch, height, ...]` to `[height, batch, ...]`: batch and width become one axis. */
function batchInside(backend: WasmBackend, dy: TensorInfo): TensorInfo {
  const [batch, height, width, channels] = dy.shape;
  const result = allocate(backend, [1, height, batch * width, channels]);
  const from = floats(backend, dy);
  const to = floats(backend, result);
  const row = width * channels;
  for (let n = 0; n < batch; n++) {
    for (let h = 0; h < height; h++) {
      const start = (n * height + h) * row;
      to.set(from.subarray(start, start + row), (h * batch + n) * row);
    }
  }
  return result;
}

/**
 * The gradient of the filter. A sum over every output pixel of every image is itself a convolution, in which the input
 * channels take the place of the rows, the padded rows that of the columns, and batch and output width together that of
 * the channels; `dy` is its filter and the stride its dilation. One such convolution for each filter column runs
 * several times as fast as a matrix product for each filter tap, on one copy of the input.
 */
export function filterGradient(
  backend: WasmBackend,
  x: TensorInfo,
  dy: TensorInfo,
  convolution: Convolution,
): TensorInfo {
  const [filterHeight, filterWidth, inputChannels, outputChannels] = convolution.filterShape;
  const [batch, outputHeight, outputWidth] = dy.shape;
  const [stride] = convolution.strides;
  if (util.sizeFromShape(dy.shape) === 0) return zeros(backend, convolution.filterShape);
  const paddedHeight = (outputHeight - 1) * stride + filterHeight;
  const result = allocate(backend, convolution.filterShape);
  const columns = allocate(backend, [1, inputChannels, paddedHeight, batch * outputWidth]);
  const filter = batchInside(backend, dy);
  for (let column = 0; column < filterWidth; column++) {
    gatherColumn(floats(backend, x), floats(backend, columns), convolution, column, paddedHeight, outputWidth);
    const attrs = { strides: 1, dilations: [1, stride], pad: 'valid', dataFormat: 'NHWC' };
    const product = runWasmKernel(backend, 'Conv2D', { x: columns, filter }, attrs);
    const from = floats(backend, product);
    const to = floats(backend, result);
    for (let c = 0; c < inputChannels; c++) {
      for (let row = 0; row < filterHeight; row++) {
        const start = (c * filterHeight + row) * outputChannels;
        const target = ((row * filterWidth + column) * inputChannels + c) * outputChannels;
        to.set(from.subarray(start, start + outputChannels), target);
      }
    }
    backend.disposeData(product.dataId);
  }
  backend.disposeData(columns.dataId);
  backend.disposeData(filter.dataId);
  return result;
}

export const conv2dBackpropFilter = wasmKernel<'x' | 'dy', Conv2DAttrs & { filterShape: Shape4D }>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, backend }) =>
    filterGradient(
      backend,
      x,
      dy,
      readConvolution(x.shape as Shape4D, attrs.filterShape, attrs, 'Conv2DBackpropFilter'),
    ),
);
