import { backend_util } from '@tensorflow/tfjs-core';
import { plainKernel, type Shape4D } from './plain-kernel';
import { eachWindow, planarWindows, type Windows } from './windows';

interface DepthwiseAttrs {
  readonly strides: number | [number, number];
  readonly dilations: number | [number, number] | null;
  readonly pad: Parameters<typeof backend_util.computeConv2DInfo>[4];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function windowsOf(
  input: Shape4D,
  filter: Shape4D,
  { strides, dilations, pad, dimRoundingMode }: DepthwiseAttrs,
): Windows {
  return planarWindows(
    backend_util.computeConv2DInfo(input, filter, strides, dilations ?? 1, pad, dimRoundingMode, true),
  );
}

export const depthwiseBackpropFilter = plainKernel<'x' | 'dy', DepthwiseAttrs & { filterShape: Shape4D }>(
  'DepthwiseConv2dNativeBackpropFilter',
  (memory, { x, dy }, attrs) => {
    const [, , channels, multiplier] = attrs.filterShape;
    const outputs = channels * multiplier;
    const result = memory.zeros(attrs.filterShape);
    const image = memory.floats(x);
    const gradient = memory.floats(dy);
    // A filter value sums over all pixels: in float64, so that the rounding does not grow with the image.
    const sums = new Float64Array(gradient.length === 0 ? 0 : attrs.filterShape.reduce((a, b) => a * b, 1));
    eachWindow(windowsOf(x.shape as Shape4D, attrs.filterShape, attrs), (output, count, inputs, taps) => {
      for (let k = 0; k < count; k++) {
        for (let o = 0; o < outputs; o++) {
          const value = image[inputs[k] * channels + Math.floor(o / multiplier)];
          sums[taps[k] * outputs + o] += value * gradient[output * outputs + o];
        }
      }
    });
    memory.floats(result).set(sums);
    return result;
  },
);

export const depthwiseBackpropInput = plainKernel<'dy' | 'filter', DepthwiseAttrs & { inputShape: Shape4D }>(
  'DepthwiseConv2dNativeBackpropInput',
  (memory, { dy, filter }, attrs) => {
    const [, , channels, multiplier] = filter.shape;
    const outputs = channels * multiplier;
    const result = memory.zeros(attrs.inputShape);
    const weights = memory.floats(filter);
    const gradient = memory.floats(dy);
    const to = memory.floats(result);
    eachWindow(windowsOf(attrs.inputShape, filter.shape as Shape4D, attrs), (output, count, inputs, taps) => {
      for (let k = 0; k < count; k++) {
        for (let o = 0; o < outputs; o++) {
          to[inputs[k] * channels + Math.floor(o / multiplier)] +=
            gradient[output * outputs + o] * weights[taps[k] * outputs + o];
        }
      }
    });
    return result;
  },
);
