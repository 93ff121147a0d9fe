import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Shape5D } from '../shared/plain-kernel';
import { filterGradient } from './conv2d-filter-gradient';
import { inputGradient } from './conv2d-input-gradient';
import type { Convolution } from './convolution';
import { allocate, floats, type WasmBackend, wasmKernel, zeros } from './kernel';

// The backend's own kernels for these gradients differ from finite differences by as much as the gradients are large.
// A 3D convolution is, for each filter plane, a 2D convolution of the depth slices that the plane meets.

interface Conv3DAttrs {
  readonly strides: number | [number, number, number];
  readonly pad: 'same' | 'valid';
}

/** For one filter plane, the depths of the input and of the output that it joins. */
interface Meeting {
  readonly input: number;
  readonly output: number;
}

function meetings(info: backend_util.Conv3DInfo, plane: number): Meeting[] {
  return Array.from({ length: info.outDepth }, (_, output) => ({
    input: output * info.strideDepth + plane - info.padInfo.front,
    output,
  })).filter(({ input }) => input >= 0 && input < info.inDepth);
}

/** The slices of `[batch, depth, height, width, channels]` at some depths, stacked along the batch. */
function takeSlices(backend: WasmBackend, volume: TensorInfo, depths: readonly number[]): TensorInfo {
  const [batch, depth, height, width, channels] = volume.shape;
  const result = allocate(backend, [batch * depths.length, height, width, channels]);
  const from = floats(backend, volume);
  const to = floats(backend, result);
  const slice = height * width * channels;
  for (let n = 0, target = 0; n < batch; n++) {
    for (const d of depths) {
      const start = (n * depth + d) * slice;
      to.set(from.subarray(start, start + slice), target);
      target += slice;
    }
  }
  return result;
}

function planeConvolution(info: backend_util.Conv3DInfo, slices: number): Convolution {
  return {
    inputShape: [info.batchSize * slices, info.inHeight, info.inWidth, info.inChannels],
    filterShape: [info.filterHeight, info.filterWidth, info.inChannels, info.outChannels],
    strides: [info.strideHeight, info.strideWidth],
    padding: [info.padInfo.top, info.padInfo.left],
  };
}

export const conv3DBackpropFilter = wasmKernel<'x' | 'dy', Conv3DAttrs & { filterShape: Shape5D }>(
  'Conv3DBackpropFilterV2',
  ({ inputs: { x, dy }, attrs: { strides, pad, filterShape }, backend }) => {
    const info = backend_util.computeConv3DInfo(x.shape as Shape5D, filterShape, strides, 1, pad);
    const result = zeros(backend, filterShape);
    for (let plane = 0; plane < info.filterDepth; plane++) {
      const joined = meetings(info, plane);
      if (joined.length === 0) continue;
      const input = takeSlices(
        backend,
        x,
        joined.map((meeting) => meeting.input),
      );
      const output = takeSlices(
        backend,
        dy,
        joined.map((meeting) => meeting.output),
      );
      const gradient = filterGradient(backend, input, output, planeConvolution(info, joined.length));
      const values = floats(backend, gradient);
      floats(backend, result).set(values, plane * values.length);
      for (const tensor of [input, output, gradient]) backend.disposeData(tensor.dataId);
    }
    return result;
  },
);

export const conv3DBackpropInput = wasmKernel<'dy' | 'filter', Conv3DAttrs & { inputShape: Shape5D }>(
  'Conv3DBackpropInputV2',
  ({ inputs: { dy, filter }, attrs: { strides, pad, inputShape }, backend }) => {
    const info = backend_util.computeConv3DInfo(inputShape, filter.shape as Shape5D, strides, 1, pad);
    const result = zeros(backend, inputShape);
    const slice = info.inHeight * info.inWidth * info.inChannels;
    for (let plane = 0; plane < info.filterDepth; plane++) {
      const joined = meetings(info, plane);
      if (joined.length === 0) continue;
      const convolution = planeConvolution(info, joined.length);
      const output = takeSlices(
        backend,
        dy,
        joined.map((meeting) => meeting.output),
      );
      const weights = allocate(backend, convolution.filterShape);
      const size = floats(backend, weights).length;
      floats(backend, weights).set(floats(backend, filter).subarray(plane * size, (plane + 1) * size));
      const gradient = inputGradient(backend, output, weights, convolution);
      const from = floats(backend, gradient);
      const to = floats(backend, result);
      for (let n = 0, source = 0; n < info.batchSize; n++) {
        for (const { input } of joined) {
          const target = (n * info.inDepth + input) * slice;
          for (let i = 0; i < slice; i++) to[target + i] += from[source++];
        }
      }
      for (const tensor of [output, weights, gradient]) backend.disposeData(tensor.dataId);
    }
    return result;
  },
);
