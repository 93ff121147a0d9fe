import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { Shape4D, Shape5D } from '../shared/plain-kernel';
import { planarWindows, volumeWindows, type Windows } from '../shared/windows';
import type { OfficialBackend } from './backend';
import { runFlat } from './flat-program';
import { webgpuKernel } from './kernel';

interface PoolAttrs<S> {
  readonly filterSize: number | S;
  readonly strides: number | S;
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Along one axis, how many inputs the window of output `o` covers. */
const COVERED = `
  fn covered(o : i32, stride : i32, before : i32, size : i32, inputs : i32) -> i32 {
    let start = o * stride - before;
    return min(start + size, inputs) - max(start, 0);
  }`;

const withZero = ([a, b, c]: readonly [number, number, number]) => [a, b, c, 0] as const;

/**
 * Every input gets its share of the gradients of the means that it is part of; padded windows have fewer inputs to
 * share among.
 */
function shareAmongInputs(backend: OfficialBackend, windows: Windows, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const channels = x.shape[x.shape.length - 1];
  return runFlat(backend, {
    key: 'averagePoolGradient',
    inputs: { dy },
    outputShape: [...x.shape],
    uniforms: {
      input: [...windows.input, channels],
      output: withZero(windows.output),
      window: withZero(windows.size),
      strides: withZero(windows.strides),
      before: withZero(windows.padding),
    },
    functions: COVERED,
    code: `
    let inputs = uniforms.input;
    let outputs = uniforms.output;
    let window = uniforms.window;
    let strides = uniforms.strides;
    let before = uniforms.before;
    var rest = i / inputs.w;
    let w = rest % inputs.z + before.z;
    rest /= inputs.z;
    let h = rest % inputs.y + before.y;
    rest /= inputs.y;
    let d = rest % inputs.x + before.x;
    let first = rest / inputs.x * outputs.x;
    var sum = 0.0;
    for (var a = max(0, (d - window.x) / strides.x); a <= min(outputs.x - 1, d / strides.x); a++) {
      if (d - a * strides.x >= window.x) { continue; }
      let depth = covered(a, strides.x, before.x, window.x, inputs.x);
      for (var b = max(0, (h - window.y) / strides.y); b <= min(outputs.y - 1, h / strides.y); b++) {
        if (h - b * strides.y >= window.y) { continue; }
        let area = depth * covered(b, strides.y, before.y, window.y, inputs.y);
        for (var c = max(0, (w - window.z) / strides.z); c <= min(outputs.z - 1, w / strides.z); c++) {
          if (w - c * strides.z >= window.z) { continue; }
          let count = area * covered(c, strides.z, before.z, window.z, inputs.z);
          sum += dy[(((first + a) * outputs.y + b) * outputs.z + c) * inputs.w + i % inputs.w] / f32(count);
        }
      }
    }
    result[i] = sum;`,
  });
}

/** The gradient of averages over windows of images, padded ones too. */
export const avgPoolGrad = webgpuKernel<'dy' | 'input', PoolAttrs<[number, number]>>(
  'AvgPoolGrad',
  ({ inputs: { dy, input: x }, attrs: { filterSize, strides, pad, dimRoundingMode }, backend }) => {
    const info = backend_util.computePool2DInfo(x.shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
    return shareAmongInputs(backend, planarWindows(info), x, dy);
  },
);

/** The gradient of averages over windows of volumes, padded ones too. */
export const avgPool3DGrad = webgpuKernel<'dy' | 'input', PoolAttrs<[number, number, number]>>(
  'AvgPool3DGrad',
  ({ inputs: { dy, input: x }, attrs: { filterSize, strides, pad, dimRoundingMode }, backend }) => {
    const info = backend_util.computePool3DInfo(x.shape as Shape5D, filterSize, strides, 1, pad, dimRoundingMode);
    return shareAmongInputs(backend, volumeWindows(info), x, dy);
  },
);
