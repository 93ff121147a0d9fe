import { getKernel } from '@tensorflow/tfjs-core';
import { replaceKernel } from './kernels/plain-kernel';
import { avgPool3DGrad, avgPoolGrad } from './webgpu/average-pool';
import { conv2dBackpropFilter, conv2dBackpropInput } from './webgpu/conv2d';
import { resizeBilinearGrad, resizeNearestNeighborGrad } from './webgpu/resize-gradients';

/**
 * Lets networks train rightly and fast on the official webgpu backend; `useBackend` calls it where it picks that one.
 * Registers with TensorFlow.js, for the backend `'webgpu'`:
 *
 * - what its version 4.22 computes wrongly: the gradients of `avgPool` and `avgPool3d` at padded edges, and those of
 *   resizing with `halfPixelCenters`;
 * - what it computes slowly, each value by a thread of its own that reads all it needs from the GPU's memory: both
 *   gradients of `conv2d`, and that of upsampling by nearest neighbour.
 *
 * May be called before or after `setBackend('webgpu')`, and more than once.
 *
 * @throws Error where `@tensorflow/tfjs-backend-webgpu` has not been imported.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-webgpu';
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import { registerWebgpuTrainingKernels } from 'tfjs-multitask/backends';
 *
 * await setBackend('webgpu');
 * registerWebgpuTrainingKernels();
 * ```
 */
export function registerWebgpuTrainingKernels(): void {
  if (getKernel('Conv2D', 'webgpu') == null) {
    throw new Error("registerWebgpuTrainingKernels: import '@tensorflow/tfjs-backend-webgpu' first.");
  }
  const kernels = [
    avgPoolGrad,
    avgPool3DGrad,
    conv2dBackpropFilter,
    conv2dBackpropInput,
    resizeBilinearGrad,
    resizeNearestNeighborGrad,
  ];
  for (const kernel of kernels) replaceKernel(kernel);
}
