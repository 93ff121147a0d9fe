import { getKernel } from '@tensorflow/tfjs-core';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from '../shared/depthwise-gradients';
import { dilation2D, dilation2DBackpropFilter, dilation2DBackpropInput } from '../shared/dilation2d';
import { replaceWhereNaN } from '../shared/not-a-number';
import { kernelFor, replaceKernel } from '../shared/plain-kernel';
import { avgPool, avgPool3DGrad, avgPoolGrad, maxPool, maxPool3D, maxPool3DGrad, maxPoolGrad } from '../shared/pool';
import { resizeGradients } from '../shared/resize-gradients';
import { conv2dBackpropFilter } from './conv2d-filter-gradient';
import { conv2dBackpropInput } from './conv2d-input-gradient';
import { conv3DBackpropFilter, conv3DBackpropInput } from './conv3d-gradients';
import { wasmMemory } from './kernel';
import { keepNaN, replaceForFloats } from './not-a-number';
import { type ReductionAttrs, sumInDouble } from './sum';
import { unsortedSegmentSum } from './unsorted-segment-sum';

/**
 * Makes convolutional networks train on the official wasm backend; `useBackend` calls it when it chooses that one.
 *
 * Registers with TensorFlow.js, for the backend `'wasm'`:
 *
 * - what it lacks: the filter gradient of `conv2d`, both gradients of `depthwiseConv2d`, and `unsortedSegmentSum`,
 *   which is the gradient of `gather`;
 * - what its version 4.22 computes wrongly: the gradient of `maxPool`, and `maxPool3d` and `dilation2d` with their
 *   gradients, where a window has no positive value; both gradients of `conv3d`, and so `conv3dTranspose`; the
 *   gradients of `avgPool` and `avgPool3d` at padded edges; the gradients of resizing with `halfPixelCenters`; sums and
 *   means of many values, which are added in single precision and stand still at 2^24; NaN, which convolutions,
 *   pooling, `clipByValue`, `relu6`, `maximum` and `minimum` turn into a number;
 * - what it computes slowly: the input gradient of `conv2d`, which is also `conv2dTranspose`.
 *
 * May be called before or after `setBackend('wasm')`, and more than once.
 *
 * @throws {Error} where `@tensorflow/tfjs-backend-wasm` has not been imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import { registerWasmTrainingKernels } from 'tfjs-multitask/backends';
 *
 * await setBackend('wasm');
 * registerWasmTrainingKernels();
 * ```
 */
export function registerWasmTrainingKernels(): void {
  if (getKernel('Conv2D', 'wasm') == null) {
    throw new Error("registerWasmTrainingKernels: import '@tensorflow/tfjs-backend-wasm' first.");
  }
  const plain = [
    avgPoolGrad,
    avgPool3DGrad,
    depthwiseBackpropFilter,
    depthwiseBackpropInput,
    dilation2D,
    dilation2DBackpropFilter,
    dilation2DBackpropInput,
    maxPoolGrad,
    maxPool3D,
    maxPool3DGrad,
    ...resizeGradients(Math.fround),
  ];
  const composed = [
    conv2dBackpropFilter,
    conv2dBackpropInput,
    conv3DBackpropFilter,
    conv3DBackpropInput,
    unsortedSegmentSum,
  ];
  for (const kernel of [...plain.map((kernel) => kernelFor('wasm', wasmMemory, kernel)), ...composed]) {
    replaceKernel(kernel);
  }
  for (const kernel of [maxPool, avgPool]) replaceWhereNaN('wasm', wasmMemory, kernel);
  keepNaN();
  for (const kernelName of ['Sum', 'Mean']) {
    replaceForFloats(kernelName, ({ inputs: { x }, attrs, backend }) =>
      sumInDouble(backend, x, attrs as unknown as ReductionAttrs, kernelName === 'Mean'),
    );
  }
}
