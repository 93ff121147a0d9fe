import {
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type TensorInfo,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { replaceKernel } from '../shared/plain-kernel';

/** What tfjs-node's backend has beyond the interface of all backends. */
interface NodeBackend extends KernelBackend {
  readonly binding: { readonly TF_ATTR_BOOL: number; readonly TF_ATTR_TYPE: number; readonly TF_FLOAT: number };
  executeSingleOutput(op: string, attrs: readonly object[], inputs: readonly TensorInfo[]): TensorInfo;
}

/** TensorFlow's gradient of resizing; its second input is the images, or their size. */
function resizeGradient(kernelName: string, second: (images: TensorInfo) => TensorInfo): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { binding, executeSingleOutput } = backend as NodeBackend;
      const { images, dy } = inputs as { readonly images: TensorInfo; readonly dy: TensorInfo };
      const options = attrs as { readonly alignCorners: boolean; readonly halfPixelCenters: boolean };
      const attributes = [
        { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
        { name: 'align_corners', type: binding.TF_ATTR_BOOL, value: options.alignCorners },
        { name: 'half_pixel_centers', type: binding.TF_ATTR_BOOL, value: options.halfPixelCenters },
      ];
      const run = () => executeSingleOutput.call(backend, kernelName, attributes, [dy, second(images)]);
      return tidy(run as unknown as () => never) as TensorInfo;
    },
  };
}

/**
 * Makes networks train correctly on tfjs-node and tfjs-node-gpu; `useBackend` calls it when it chooses one of them.
 *
 * Registers with TensorFlow.js, for their backend `'tensorflow'`, what their version 4.22 computes wrongly: the
 * gradients of resizing with `halfPixelCenters`.
 *
 * May be called before or after `setBackend('tensorflow')`, and more than once.
 *
 * @throws {Error} where neither `@tensorflow/tfjs-node` nor `@tensorflow/tfjs-node-gpu` has been imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-node';
 * import { registerNodeTrainingKernels } from 'tfjs-multitask/backends';
 *
 * registerNodeTrainingKernels();
 * ```
 */
export function registerNodeTrainingKernels(): void {
  if (getKernel('Conv2D', 'tensorflow') == null) {
    throw new Error(
      "registerNodeTrainingKernels: import '@tensorflow/tfjs-node' or '@tensorflow/tfjs-node-gpu' first.",
    );
  }
  replaceKernel(resizeGradient('ResizeBilinearGrad', (images) => images));
  replaceKernel(resizeGradient('ResizeNearestNeighborGrad', ({ shape }) => tensor1d([shape[1], shape[2]], 'int32')));
}
