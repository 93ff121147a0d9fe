import {
  findBackendFactory,
  getKernel,
  getKernelsForBackend,
  type KernelConfig,
  type KernelFunc,
  registerBackend,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { createBackend, type SimdBackend } from './backend';
import { optimizerKernels } from './kernels/adam';
import { convKernels } from './kernels/conv2d';
import { conv3DKernels } from './kernels/conv3d';
import { depthwiseKernels } from './kernels/depthwise';
import { elementwiseKernels, ownElementwiseKernels } from './kernels/elementwise';
import { ownHardSwishKernels } from './kernels/hard-swish';
import type { Kernel } from './kernels/kernel';
import { layoutKernels } from './kernels/layout';
import { matmulKernels } from './kernels/matmul';
import { normKernels, ownNormKernels } from './kernels/norm';
import { poolKernels } from './kernels/pool';
import { pool3DKernels } from './kernels/pool3d';
import { ownReduceKernels, reduceKernels } from './kernels/reduce';
import { resizeKernels } from './kernels/resize';
import type { Tuning } from './kernels/tuning';
import { checkRegistered, markRegistered } from './registered';
import { createRuntime, type StartableRuntime } from './runtime/runtime';

const NAME = 'simd';

const KERNELS: Readonly<Record<string, Kernel>> = {
  ...convKernels,
  ...conv3DKernels,
  ...depthwiseKernels,
  ...elementwiseKernels,
  ...layoutKernels,
  ...matmulKernels,
  ...normKernels,
  ...poolKernels,
  ...pool3DKernels,
  ...reduceKernels,
  ...resizeKernels,
};

/** Kernels that TensorFlow.js has no names for: tfjs-multitask asks for them. */
const OWN_KERNELS: Readonly<Record<string, Kernel>> = {
  ...optimizerKernels,
  ...ownElementwiseKernels,
  ...ownHardSwishKernels,
  ...ownNormKernels,
  ...ownReduceKernels,
};

/** Our kernel, with the cpu backend's behind it where there is one. */
function guard(kernel: Kernel, otherwise?: KernelFunc): KernelFunc {
  return (call) => {
    const attrs = call.attrs ?? {};
    const backend = call.backend as SimdBackend;
    backend.keepOutputs();
    try {
      return kernel({ backend, inputs: call.inputs, attrs }) ?? otherwise!(call);
    } catch (error) {
      backend.dropOutputs(); // no memory for scratch: what the op would have given goes too
      throw error;
    }
  };
}

/** The cpu backend's kernel, with ours before it where there is one. */
function configure(config: KernelConfig): KernelConfig {
  const kernel = KERNELS[config.kernelName];
  return { ...config, backendName: NAME, kernelFunc: kernel ? guard(kernel, config.kernelFunc) : config.kernelFunc };
}

/** Registers a kernel in the place of one that another copy of this package may have left behind its backend. */
function replaceKernel(kernel: KernelConfig): void {
  if (getKernel(kernel.kernelName, NAME)) unregisterKernel(kernel.kernelName, NAME);
  registerKernel(kernel);
}

/** Bundlers let an import be missing that stands inside a `try`. */
async function importCpuBackend() {
  try {
    return await import('@tensorflow/tfjs-backend-cpu');
  } catch (cause) {
    const install = 'npm install @tensorflow/tfjs-backend-cpu';
    throw new Error(`registerSimdBackend: cannot find '@tensorflow/tfjs-backend-cpu'. Run: ${install}`, { cause });
  }
}

/** Settings of the `simd` backend. */
export interface SimdOptions {
  /** Threads that share the work, the main thread among them. Default: as many as there are cores, at most 16. */
  readonly threads?: number | undefined;
  /**
   * Whether products and sums may be fused into one rounding (relaxed SIMD) where the engine can. `false` is slower, and
   * returns the same bits on every engine. Default: true.
   */
  readonly fused?: boolean | undefined;
}

/**
 * Registers the backend `simd` with TensorFlow.js: WebAssembly kernels with SIMD and threads over the cpu backend,
 * which computes what they do not.
 *
 * Does nothing where it is registered already, by this copy of the package or another of the same version, with the
 * options that are asked for.
 *
 * Needs the peer `@tensorflow/tfjs-backend-cpu`. Threads are workers in Node and on a cross-origin isolated page;
 * elsewhere there is one. They end with the process and with `removeBackend('simd')`.
 *
 * @throws {RangeError} when `threads` is not a positive whole number.
 * @throws {Error} when the engine has no WebAssembly SIMD, and when a backend `simd` of another version, or with
 * another value of an option that is given, is registered already.
 * @example
 * ```ts
 * import { setBackend } from '@tensorflow/tfjs-core';
 * import { registerSimdBackend } from 'tfjs-backend-simd';
 *
 * await registerSimdBackend({ threads: 2 });
 * await setBackend('simd');
 * ```
 */
export async function registerSimdBackend(options: SimdOptions = {}): Promise<void> {
  return registerTunedBackend(options);
}

/** The same with sizes of its own to cut work by: for tests, which make them small. */
export async function registerTunedBackend(
  options: SimdOptions & { readonly tuning?: Tuning | undefined },
): Promise<void> {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`registerSimdBackend: threads must be a positive whole number, got ${threads}.`);
  }
  const before = findBackendFactory(NAME);
  if (before) return checkRegistered(before, options);
  const { MathBackendCPU } = await importCpuBackend();
  const first = await createRuntime(options);
  const meanwhile = findBackendFactory(NAME);
  if (meanwhile) return checkRegistered(meanwhile, options);
  for (const config of getKernelsForBackend('cpu')) replaceKernel(configure(config));
  for (const [kernelName, kernel] of Object.entries(OWN_KERNELS)) {
    replaceKernel({ kernelName, backendName: NAME, kernelFunc: guard(kernel) });
  }
  const start = ({ runtime, startThreads }: StartableRuntime) => {
    startThreads();
    return createBackend(MathBackendCPU, runtime);
  };
  let unused: StartableRuntime | undefined = first;
  const factory = () => {
    // after `engine().reset()` TensorFlow.js asks again: the threads of the runtime before have ended, its tensors are lost
    const runtime = unused;
    unused = undefined;
    return runtime ? start(runtime) : createRuntime(options).then(start);
  };
  registerBackend(NAME, markRegistered(factory, { threads: first.runtime.threads, fused: options.fused ?? true }));
}
