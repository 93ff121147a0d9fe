import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import {
  type ConvAttrs,
  convolutionOf,
  convolutionUniforms,
  convolutionValues,
  exchangedFilter,
  gradientsOverPixels,
  pixelsUnderTaps,
  plainMatrix,
} from './convolution';
import { webgpuKernel } from './kernel';
import { addRows } from './sum';
import { multiplyTiled } from './tiled-product';

/** As many workgroups as keep a large GPU busy. */
const WORKGROUPS = 1024;
/** Summands below which a further split costs more than it gives. */
const FEWEST_SUMMANDS = 256;

function requireNhwc(dataFormat: string, name: string): void {
  if (dataFormat === 'NCHW') throw new RangeError(`${name} on webgpu: dataFormat must be 'NHWC', got 'NCHW'.`);
}

/** The gradient of the input, which is also a transposed convolution. */
export const conv2dBackpropInput: KernelConfig = webgpuKernel<'dy' | 'filter', ConvAttrs & { inputShape: number[] }>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter }, attrs, backend }): TensorInfo => {
    requireNhwc(attrs.dataFormat, 'Conv2DBackpropInput');
    const info = convolutionOf(attrs.inputShape, filter.shape, attrs);
    return multiplyTiled(backend, {
      key: 'conv2dBackpropInput',
      rows: info.batchSize * info.inHeight * info.inWidth,
      columns: info.inChannels,
      inner: info.filterHeight * info.filterWidth * info.outChannels,
      left: gradientsOverPixels(dy),
      right: exchangedFilter(filter),
      outputShape: info.inShape,
      uniforms: convolutionUniforms,
      uniformValues: convolutionValues(info),
    });
  },
);

/**
 * The gradient of the filter. Its matrix is small and its sums are long, one summand for each output: they are split, so
 * that the whole GPU takes part.
 */
export const conv2dBackpropFilter: KernelConfig = webgpuKernel<'x' | 'dy', ConvAttrs & { filterShape: number[] }>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, backend }): TensorInfo => {
    requireNhwc(attrs.dataFormat, 'Conv2DBackpropFilter');
    const info = convolutionOf(x.shape, attrs.filterShape, attrs);
    const rows = info.filterHeight * info.filterWidth * info.inChannels;
    const columns = info.outChannels;
    const inner = info.batchSize * info.outHeight * info.outWidth;
    const tiles = Math.ceil(rows / 64) * Math.ceil(columns / 64);
    const splits = Math.max(1, Math.min(Math.ceil(WORKGROUPS / tiles), Math.floor(inner / FEWEST_SUMMANDS)));
    const parts = multiplyTiled(backend, {
      key: 'conv2dBackpropFilter',
      rows,
      columns,
      inner,
      left: pixelsUnderTaps(x),
      right: plainMatrix('dy', dy),
      outputShape: splits === 1 ? [...attrs.filterShape] : [splits, rows, columns],
      uniforms: convolutionUniforms,
      uniformValues: convolutionValues(info),
      splits,
    });
    if (splits === 1) return parts;
    const sum = addRows(backend, parts, splits, [...attrs.filterShape]);
    backend.disposeData(parts.dataId);
    return sum;
  },
);
