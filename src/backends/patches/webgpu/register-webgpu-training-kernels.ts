import { getKernel } from '@tensorflow/tfjs-core';
import { adamUpdate } from './adam';
import { addN } from './add-n';
import { avgPool3DGrad, avgPoolGrad } from './average-pool';
import { conv2d, conv2dBackpropFilter, conv2dBackpropInput, fusedConv2d } from './conv2d';
import { replaceOfficial } from './kernel';
import { batchMatMul, fusedMatMul } from './matmul';
import { maxPool } from './max-pool';
import { reluGrad } from './relu-grad';
import { resizeBilinearGrad, resizeNearestNeighborGrad } from './resize-gradients';
import { sum } from './sum';

/**
 * Makes networks train correctly and fast on the official webgpu backend; `useBackend` calls it when it chooses that
 * one.
 *
 * Registers with TensorFlow.js, for the backend `'webgpu'`:
 *
 * - what its version 4.22 computes wrongly: `addN` of more than seven tensors; the gradients of `avgPool` and
 *   `avgPool3d` at padded edges, and those of resizing with `halfPixelCenters`; `maxPool` of NaN alone;
 * - what it computes differently from one time to the next: long sums of `matMul`;
 * - what it computes slowly: `conv2d` with both its gradients, the gradient of upsampling by nearest neighbour, sums
 *   over the first axes or over all axes, the gradient of a ReLU, and Adam's step.
 *
 * May be called before or after `setBackend('webgpu')`, and more than once.
 *
 * @throws {Error} where `@tensorflow/tfjs-backend-webgpu` has not been imported.
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
    adamUpdate,
    addN,
    avgPoolGrad,
    avgPool3DGrad,
    batchMatMul,
    conv2d,
    conv2dBackpropFilter,
    conv2dBackpropInput,
    fusedConv2d,
    fusedMatMul,
    maxPool,
    reluGrad,
    resizeBilinearGrad,
    resizeNearestNeighborGrad,
    sum,
  ];
  for (const kernel of kernels) replaceOfficial(kernel);
}
