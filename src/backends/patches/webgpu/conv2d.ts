import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { OfficialBackend } from './backend';
import {
  type ConvAttrs,
  computeConvolution,
  convolutionUniforms,
  convolutionValues,
  exchangedFilter,
  gradientsOverPixels,
  pixelsUnderFilter,
  pixelsUnderTaps,
  plainMatrix,
} from './convolution';
import { webgpuKernel } from './kernel';
import { splitsFor } from './splits';
import { addRows } from './sum';
import { multiplyTiled } from './tiled-product';

/** The activations that a convolution computes with its sums, in WGSL. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'value',
  // Not max(): that loses NaN on some GPUs.
  relu: 'select(value, Value(0.0), value < Value(0.0))',
};

function convolve(
  backend: OfficialBackend,
  { x, filter, bias }: { readonly x: TensorInfo; readonly filter: TensorInfo; readonly bias?: TensorInfo },
  attrs: ConvAttrs,
  activation: string,
): TensorInfo {
  const info = computeConvolution(x.shape, filter.shape, attrs);
  return multiplyTiled(backend, {
    key: 'conv2d',
    rows: info.batchSize * info.outHeight * info.outWidth,
    columns: info.outChannels,
    inner: info.filterHeight * info.filterWidth * info.inChannels,
    left: pixelsUnderFilter(x),
    right: plainMatrix('W', filter),
    outputShape: info.outShape,
    uniforms: convolutionUniforms,
    uniformValues: convolutionValues(info),
    bias,
    activation,
  });
}

const isPlain = ({ dataFormat }: ConvAttrs): boolean => dataFormat !== 'NCHW';

export const conv2d = webgpuKernel<'x' | 'filter', ConvAttrs>('Conv2D', ({ inputs, attrs, backend }, official) =>
  isPlain(attrs) ? convolve(backend, inputs, attrs, 'value') : official(),
);

export const fusedConv2d = webgpuKernel<'x' | 'filter' | 'bias', ConvAttrs & { readonly activation?: string }>(
  'FusedConv2D',
  ({ inputs, attrs, backend }, official) => {
    const { activation = 'linear' } = attrs;
    const { bias } = inputs;
    const fits = isPlain(attrs) && activation in ACTIVATIONS && (bias == null || bias.shape.length === 1);
    return fits ? convolve(backend, inputs, attrs, ACTIVATIONS[activation]) : official();
  },
);

/** The gradient of the input, which is also a transposed convolution. */
export const conv2dBackpropInput = webgpuKernel<'dy' | 'filter', ConvAttrs & { readonly inputShape: number[] }>(
  'Conv2DBackpropInput',
  ({ inputs: { dy, filter }, attrs, backend }, official) => {
    if (!isPlain(attrs)) return official();
    const info = computeConvolution(attrs.inputShape, filter.shape, attrs);
    const strided = info.strideHeight > 1 || info.strideWidth > 1;
    return multiplyTiled(backend, {
      key: `conv2dBackpropInput_${strided}`,
      rows: info.batchSize * info.inHeight * info.inWidth,
      columns: info.inChannels,
      inner: info.filterHeight * info.filterWidth * info.outChannels,
      left: gradientsOverPixels(dy, strided),
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
export const conv2dBackpropFilter = webgpuKernel<'x' | 'dy', ConvAttrs & { readonly filterShape: number[] }>(
  'Conv2DBackpropFilter',
  ({ inputs: { x, dy }, attrs, backend }, official) => {
    if (!isPlain(attrs)) return official();
    const info = computeConvolution(x.shape, attrs.filterShape, attrs);
    const rows = info.filterHeight * info.filterWidth * info.inChannels;
    const columns = info.outChannels;
    const inner = info.batchSize * info.outHeight * info.outWidth;
    const splits = splitsFor(rows, columns, inner);
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
    const sum = addRows(backend, parts, splits, attrs.filterShape);
    backend.disposeData(parts.dataId);
    return sum;
  },
);
