import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { largest, routeToLargest } from './largest';
import { type Memory, plainKernel, type Shape4D, type Shape5D } from './plain-kernel';
import { eachWindow, planarWindows, volumeWindows, type Windows } from './windows';

interface PoolAttrs<S> {
  readonly filterSize: number | S;
  readonly strides: number | S;
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type PlanarAttrs = PoolAttrs<[number, number]>;
type VolumeAttrs = PoolAttrs<[number, number, number]>;

function planarInfo(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: PlanarAttrs) {
  return backend_util.computePool2DInfo(x.shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
}

function volumeInfo(x: TensorInfo, { filterSize, strides, pad, dimRoundingMode }: VolumeAttrs) {
  return backend_util.computePool3DInfo(x.shape as Shape5D, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Shares the gradient of every mean among the inputs that it was taken over: fewer at an edge. */
function shareAmongInputs(memory: Memory, windows: Windows, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const channels = x.shape[x.shape.length - 1];
  const result = memory.zeros(x.shape);
  const gradient = memory.floats(dy);
  const to = memory.floats(result);
  eachWindow(windows, (output, count, inputs) => {
    for (let k = 0; k < count; k++) {
      for (let c = 0; c < channels; c++) to[inputs[k] * channels + c] += gradient[output * channels + c] / count;
    }
  });
  return result;
}

/** The mean of every window. */
function means(memory: Memory, windows: Windows, shape: readonly number[], x: TensorInfo): TensorInfo {
  const channels = x.shape[x.shape.length - 1];
  const result = memory.zeros(shape);
  const from = memory.floats(x);
  const to = memory.floats(result);
  eachWindow(windows, (output, count, inputs) => {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += from[inputs[k] * channels + c];
      to[output * channels + c] = sum / count;
    }
  });
  return result;
}

export const maxPool = plainKernel<'x', PlanarAttrs>('MaxPool', (memory, { x }, attrs) => {
  const info = planarInfo(x, attrs);
  return largest(memory, planarWindows(info), info.outShape, x);
});

export const avgPool = plainKernel<'x', PlanarAttrs>('AvgPool', (memory, { x }, attrs) => {
  const info = planarInfo(x, attrs);
  return means(memory, planarWindows(info), info.outShape, x);
});

export const maxPoolGrad = plainKernel<'dy' | 'input', PlanarAttrs>('MaxPoolGrad', (memory, { dy, input: x }, attrs) =>
  routeToLargest(memory, planarWindows(planarInfo(x, attrs)), { x, dy }, 'input'),
);

export const maxPool3D = plainKernel<'x', VolumeAttrs>('MaxPool3D', (memory, { x }, attrs) => {
  const info = volumeInfo(x, attrs);
  return largest(memory, volumeWindows(info), info.outShape, x);
});

export const maxPool3DGrad = plainKernel<'dy' | 'input', VolumeAttrs>(
  'MaxPool3DGrad',
  (memory, { dy, input: x }, attrs) => routeToLargest(memory, volumeWindows(volumeInfo(x, attrs)), { x, dy }, 'input'),
);

export const avgPoolGrad = plainKernel<'dy' | 'input', PlanarAttrs>('AvgPoolGrad', (memory, { dy, input: x }, attrs) =>
  shareAmongInputs(memory, planarWindows(planarInfo(x, attrs)), x, dy),
);

export const avgPool3DGrad = plainKernel<'dy' | 'input', VolumeAttrs>(
  'AvgPool3DGrad',
  (memory, { dy, input: x }, attrs) => shareAmongInputs(memory, volumeWindows(volumeInfo(x, attrs)), x, dy),
);
