import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Shape4D } from '../shared/plain-kernel';
import { type Conv2DAttrs, type Convolution, readConvolution } from './convolution';
import { allocate, floats, runWasmKernel, type WasmBackend, wasmKernel, zeros } from './kernel';

/** Along one axis: how a transposed convolution becomes a plain one whose outputs come in groups of `stride`. */
function planAxis(size: number, outputs: number, filter: number, stride: number, padding: number) {
  const taps = Math.ceil(filter / stride);
  const first = Math.min(Math.floor(padding / stride), taps - 1);
  const last = Math.max(Math.floor((padding + size - 1) / stride), outputs - 1);
  return { taps, before: taps - 1 - first, after: last - outputs + 1, crop: padding - first * stride };
}

/** The filter of that plain convolution: `[taps, taps, output channels, stride * stride * input channels]`. */
function regroupFilter(
  backend: WasmBackend,
  filter: TensorInfo,
  [stride0, stride1]: readonly [number, number],
): TensorInfo {
  const [height, width, inputChannels, outputChannels] = filter.shape;
  const taps = [Math.ceil(height / stride0), Math.ceil(width / stride1)];
  const result = zeros(backend, [...taps, outputChannels, stride0 * stride1 * inputChannels]);
  const from = floats(backend, filter);
  const to = floats(backend, result);
  const group = stride0 * stride1 * inputChannels;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const tap0 = taps[0] - 1 - Math.floor(i / stride0);
      const tap1 = taps[1] - 1 - Math.floor(j / stride1);
      const phase = (i % stride0) * stride1 + (j % stride1);
      for (let o = 0; o < outputChannels; o++) {
        const target = ((tap0 * taps[1] + tap1) * outputChannels + o) * group + phase * inputChannels;
        let source = (i * width + j) * inputChannels * outputChannels + o;
        for (let c = 0; c < inputChannels; c++, source += outputChannels) to[target + c] = from[source];
      }
    }
  }
  return result;
}

/** Spreads groups of `stride * stride` pixels over the image, less a crop. */
function ungroup(
  backend: WasmBackend,
  grouped: TensorInfo,
  { inputShape, strides }: Convolution,
  crop: readonly [number, number],
): TensorInfo {
  const [batch, height, width, channels] = inputShape;
  const [, rows, columns, group] = grouped.shape;
  const result = allocate(backend, inputShape);
  const from = floats(backend, grouped);
  const to = floats(backend, result);
  let target = 0;
  for (let n = 0; n < batch; n++) {
    for (let h = crop[0]; h < crop[0] + height; h++) {
      const line = (n * rows + Math.floor(h / strides[0])) * columns;
      const phase = (h % strides[0]) * strides[1];
      for (let w = crop[1]; w < crop[1] + width; w++) {
        const source = (line + Math.floor(w / strides[1])) * group + (phase + (w % strides[1])) * channels;
        for (let c = 0; c < channels; c++) to[target++] = from[source + c];
      }
    }
  }
  return result;
}

/**
 * The gradient of the input, which is also a transposed convolution: a plain convolution of `dy` that computes the
 * `stride * stride` pixels of a group as channels, so that no zeros are put between the values of `dy`. Several times
 * as fast as the backend's own kernel, which does not use SIMD.
 */
export function inputGradient(
  backend: WasmBackend,
  dy: TensorInfo,
  filter: TensorInfo,
  convolution: Convolution,
): TensorInfo {
  const { inputShape, filterShape, strides, padding } = convolution;
  if (util.sizeFromShape(dy.shape) === 0) return zeros(backend, inputShape);
  const vertical = planAxis(inputShape[1], dy.shape[1], filterShape[0], strides[0], padding[0]);
  const horizontal = planAxis(inputShape[2], dy.shape[2], filterShape[1], strides[1], padding[1]);
  const regrouped = regroupFilter(backend, filter, strides);
  const pad = [
    [0, 0],
    [vertical.before, vertical.after],
    [horizontal.before, horizontal.after],
    [0, 0],
  ];
  const attrs = { strides: 1, dilations: 1, pad, dataFormat: 'NHWC' };
  const grouped = runWasmKernel(backend, 'Conv2D', { x: dy, filter: regrouped }, attrs);
  backend.disposeData(regrouped.dataId);
  if (grouped.shape.every((size, axis) => size === inputShape[axis])) return grouped;
  const result = ungroup(backend, grouped, convolution, [vertical.crop, horizontal.crop]);
  backend.disposeData(grouped.dataId);
  return result;
}

export const conv2dBackpropInput = wasmKernel<'dy' | 'filter', Conv2DAttrs & { inputShape: Shape4D }>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter }, attrs, backend }) =>
    inputGradient(
      backend,
      dy,
      filter,
      readConvolution(attrs.inputShape, filter.shape as Shape4D, attrs, 'Conv2DBackpropInput'),
    ),
);
