import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { largest, routeToLargest } from './largest';
import { type PlainKernel, plainKernel, type Shape4D } from './plain-kernel';
import { planarWindows } from './windows';

interface DilationAttrs {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations: number | [number, number];
}

function infoOf(x: TensorInfo, filter: TensorInfo, { strides, pad, dilations }: DilationAttrs) {
  const filterShape = filter.shape as [number, number, number];
  return backend_util.computeDilation2DInfo(x.shape as Shape4D, filterShape, strides, pad, 'NHWC', dilations);
}

export const dilation2D = plainKernel<'x' | 'filter', DilationAttrs>('Dilation2D', (memory, { x, filter }, attrs) => {
  const info = infoOf(x, filter, attrs);
  return largest(memory, planarWindows(info), info.outShape, x, filter);
});

function gradient(kernelName: string, target: 'input' | 'offset'): PlainKernel {
  return plainKernel<'x' | 'filter' | 'dy', DilationAttrs>(kernelName, (memory, { x, filter, dy }, attrs) =>
    routeToLargest(memory, planarWindows(infoOf(x, filter, attrs)), { x, offsets: filter, dy }, target),
  );
}

export const dilation2DBackpropInput = gradient('Dilation2DBackpropInput', 'input');
export const dilation2DBackpropFilter = gradient('Dilation2DBackpropFilter', 'offset');
