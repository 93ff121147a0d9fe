import { backend, env } from '@tensorflow/tfjs-core';
import { isNode } from '../../internal/environment';
import { registerCpuTrainingKernels } from '../patches/cpu/register-cpu-training-kernels';
import { explainNativeError } from '../patches/node/explain-native-error';
import { prepareForTfjsNode } from '../patches/node/prepare';
import { registerNodeTrainingKernels } from '../patches/node/register-node-training-kernels';
import { whyNoGpu } from '../patches/node/why-no-gpu';
import { registerWasmTrainingKernels } from '../patches/wasm/register-wasm-training-kernels';
import { SOFTWARE_ADVICE } from '../patches/webgpu/adapter';
import { hasNoDriver } from '../patches/webgpu/drivers';
import { registerWebgpuTrainingKernels } from '../patches/webgpu/register-webgpu-training-kernels';
import { gpuInfo } from './gpu-info';

/** A backend that {@link useBackend} knows. */
export type BackendName = 'node-gpu' | 'node' | 'webgpu' | 'webgl' | 'simd' | 'wasm' | 'cpu';

/** What a caller wants of a backend. */
export interface Wanted {
  /** Whether a software renderer is accepted, or no GPU at all where TensorFlow finds none. */
  readonly software: boolean;
  /** Threads of a backend whose threads can be chosen. Default: as many as it chooses itself. */
  readonly threads?: number | undefined;
}

/** How a backend is found, loaded and checked. */
export interface Candidate<N extends string = string> {
  readonly name: N;
  /** The npm packages that bring it, a space between them. */
  readonly packageName: string;
  /** The name by which TensorFlow.js knows it. */
  readonly registeredAs: string;
  /** Imports it, which registers it with TensorFlow.js. Resolves to the error where that fails. */
  load(wanted: Wanted): Promise<unknown>;
  /** Adds what it lacks, once it is imported. */
  complete?(): void;
  /** Whether what it needs is plainly not here: it is then skipped silently, unless asked for. */
  absent?(): boolean;
  /** Throws where it runs, but not as its name promises. */
  check?(wanted: Wanted): void;
  /** What to do where it is installed but does not work. */
  readonly remedy?: string | undefined;
  /** What to do where it works, but slowly: it is then chosen automatically only if `onNotice` is given. */
  readonly advice?: string | undefined;
  /** It is only installed on purpose: where it does not work, another is chosen only if `onNotice` is given. */
  readonly deliberate?: boolean | undefined;
  /** Whether its threads can be chosen, which is done on purpose, too: treated as `deliberate`. */
  readonly threaded?: boolean | undefined;
}

const installWasm = 'npm install @tensorflow/tfjs-backend-wasm';

function checkCuda({ software }: Wanted): void {
  const { isUsingGpuDevice } = backend() as unknown as { readonly isUsingGpuDevice: boolean };
  if (!isUsingGpuDevice && !software) throw new Error(whyNoGpu());
}

function checkWebgl({ software }: Wanted): void {
  const info = gpuInfo();
  if (info?.software && !software) throw new Error(`its GPU is a software renderer (${info.name}); ${SOFTWARE_ADVICE}`);
}

/** Every backend. Bundlers follow literal specifiers, and tolerate a missing package only inside a `try`. */
export const candidates: readonly Candidate<BackendName>[] = [
  {
    name: 'node-gpu',
    packageName: '@tensorflow/tfjs-node-gpu',
    registeredAs: 'tensorflow',
    load: async () => {
      const undo = await prepareForTfjsNode();
      try {
        await import('#tfjs-node-gpu');
      } catch (error) {
        undo();
        return explainNativeError(error, '@tensorflow/tfjs-node-gpu');
      }
    },
    complete: registerNodeTrainingKernels,
    check: checkCuda,
    deliberate: true,
    remedy:
      'It needs an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1. On any GPU: npm install @tensorflow/tfjs-backend-webgpu webgpu',
  },
  {
    name: 'node',
    packageName: '@tensorflow/tfjs-node',
    registeredAs: 'tensorflow',
    load: async () => {
      const undo = await prepareForTfjsNode();
      try {
        await import('#tfjs-node');
      } catch (error) {
        undo();
        return explainNativeError(error, '@tensorflow/tfjs-node');
      }
    },
    complete: registerNodeTrainingKernels,
    remedy: 'Without native libraries: npm install @tensorflow/tfjs-backend-cpu',
  },
  {
    name: 'webgpu',
    packageName: isNode() ? '@tensorflow/tfjs-backend-webgpu webgpu' : '@tensorflow/tfjs-backend-webgpu',
    registeredAs: 'webgpu',
    load: async (wanted) => {
      try {
        const { registerWebgpuBackend } = await import('../patches/webgpu/register');
        await registerWebgpuBackend(wanted);
      } catch (error) {
        return error;
      }
    },
    complete: registerWebgpuTrainingKernels,
    absent: hasNoDriver,
  },
  {
    name: 'webgl',
    packageName: '@tensorflow/tfjs-backend-webgl',
    registeredAs: 'webgl',
    load: async () => {
      try {
        await import('@tensorflow/tfjs-backend-webgl');
      } catch (error) {
        return error;
      }
    },
    check: checkWebgl,
    remedy: 'It needs a browser with WebGL',
  },
  {
    name: 'simd',
    packageName: '@tensorflow/tfjs-backend-cpu',
    registeredAs: 'simd',
    load: async ({ threads }) => {
      try {
        const { registerSimdBackend } = await import('tfjs-backend-simd');
        await registerSimdBackend({ threads });
      } catch (error) {
        return error;
      }
    },
    threaded: true,
  },
  {
    name: 'wasm',
    packageName: '@tensorflow/tfjs-backend-wasm',
    registeredAs: 'wasm',
    load: async () => {
      try {
        await import('@tensorflow/tfjs-backend-wasm');
      } catch (error) {
        return error;
      }
    },
    complete: registerWasmTrainingKernels,
    remedy: 'In a browser, serve its .wasm files and name their place with its setWasmPaths',
  },
  {
    name: 'cpu',
    packageName: '@tensorflow/tfjs-backend-cpu',
    registeredAs: 'cpu',
    load: async () => {
      try {
        await import('@tensorflow/tfjs-backend-cpu');
      } catch (error) {
        return error;
      }
    },
    complete: registerCpuTrainingKernels,
    advice: `Convolutional networks train more than a hundred times as fast after: ${installWasm}`,
  },
];

/** The backends that may be chosen where none is requested, fastest first. */
export function automaticOrder(): readonly BackendName[] {
  return env().getBool('IS_BROWSER')
    ? ['webgpu', 'webgl', 'simd', 'wasm', 'cpu']
    : ['node-gpu', 'node', 'webgpu', 'simd', 'wasm', 'cpu'];
}
