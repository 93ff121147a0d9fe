import { type DataStorage, getKernel, type KernelBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { replaceWhereNaN } from '../shared/not-a-number';
import { kernelFor, type Memory, replaceKernel } from '../shared/plain-kernel';
import { avgPool3DGrad, avgPoolGrad, maxPool, maxPool3D, maxPool3DGrad } from '../shared/pool';
import { resizeGradients } from '../shared/resize-gradients';

/** What the cpu backend has beyond the interface of all backends. */
interface CpuBackend extends KernelBackend {
  readonly data: DataStorage<{ readonly values: Float32Array }>;
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

function cpuMemory(backend: CpuBackend): Memory {
  return {
    zeros: (shape) => backend.makeTensorInfo([...shape], 'float32', new Float32Array(util.sizeFromShape([...shape]))),
    floats: (tensor) => backend.data.get(tensor.dataId).values,
  };
}

/**
 * Makes networks train correctly on the official cpu backend; `useBackend` calls it when it chooses that one.
 *
 * Registers with TensorFlow.js, for the backend `'cpu'`, what its version 4.22 computes wrongly: the gradient of
 * upsampling by nearest neighbour for batches of more than one image, and with `halfPixelCenters`; that of bilinear
 * resizing for images that are not square, and with `halfPixelCenters`; those of `avgPool` and `avgPool3d` at padded
 * edges; that of `maxPool3d` for windows that are not cubes; `maxPool` and `maxPool3d` of NaN alone.
 *
 * May be called before or after `setBackend('cpu')`, and more than once.
 *
 * @throws {Error} where `@tensorflow/tfjs-backend-cpu` has not been imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu';
 * import { registerCpuTrainingKernels } from 'tfjs-multitask/backends';
 *
 * registerCpuTrainingKernels();
 * ```
 */
export function registerCpuTrainingKernels(): void {
  if (getKernel('Conv2D', 'cpu') == null) {
    throw new Error("registerCpuTrainingKernels: import '@tensorflow/tfjs-backend-cpu' first.");
  }
  const kernels = [avgPoolGrad, avgPool3DGrad, maxPool3DGrad, ...resizeGradients((value) => value)];
  for (const kernel of kernels) replaceKernel(kernelFor('cpu', cpuMemory, kernel));
  for (const kernel of [maxPool, maxPool3D]) replaceWhereNaN('cpu', cpuMemory, kernel);
}
