import { backend_util } from '@tensorflow/tfjs-core';
import type { Shape4D } from '../shared/plain-kernel';
import { runFlat } from './flat-program';
import { webgpuKernel } from './kernel';

interface PoolAttrs {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** By its bits: a shader may take it for granted that there is no NaN, and leave a comparison out. */
const IS_NAN = 'fn holdsNaN(value : f32) -> bool { return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u; }';

/** The largest number of every window; NaN where it holds none, of which the official kernel makes a number. */
export const maxPool = webgpuKernel<'x', PoolAttrs>('MaxPool', ({ inputs: { x }, attrs, backend }, official) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs;
  const info = backend_util.computePool2DInfo(x.shape as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
  // One thread for each window is too few for a window of a whole image.
  if (info.filterHeight * info.filterWidth > 64) return official();
  return runFlat(backend, {
    key: 'maxPool',
    inputs: { x },
    outputShape: info.outShape,
    uniforms: {
      input: [info.batchSize, info.inHeight, info.inWidth, info.inChannels],
      output: [info.batchSize, info.outHeight, info.outWidth, info.outChannels],
      window: [info.filterHeight, info.filterWidth, info.strideHeight, info.strideWidth],
      before: [info.padInfo.top, info.padInfo.left, 0, 0],
    },
    functions: IS_NAN,
    code: `
    let inputs = uniforms.input;
    let outputs = uniforms.output;
    let window = uniforms.window;
    var rest = i / inputs.w;
    let left = rest % outputs.z * window.w - uniforms.before.y;
    rest /= outputs.z;
    let top = rest % outputs.y * window.z - uniforms.before.x;
    let first = rest / outputs.y * inputs.y;
    var best = x[((first + max(0, top)) * inputs.z + max(0, left)) * inputs.w + i % inputs.w];
    for (var h = max(0, top); h < min(inputs.y, top + window.x); h++) {
      for (var w = max(0, left); w < min(inputs.z, left + window.y); w++) {
        let value = x[((first + h) * inputs.z + w) * inputs.w + i % inputs.w];
        if (holdsNaN(best) || (!holdsNaN(value) && value > best)) { best = value; }
      }
    }
    result[i] = best;`,
  });
});
