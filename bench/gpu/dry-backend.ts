import { engine, registerBackend, setBackend, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { FoundAdapter } from '../../src/backends/patches/webgpu/adapter';
import { createWebgpuBackend, type OfficialClass } from '../../src/backends/patches/webgpu/backend';
import type { Watched } from './tally';

/** The limits that NVIDIA's driver gives, as far as kernels ask for them. */
const limits = {
  maxBufferSize: 2 ** 36,
  maxStorageBufferBindingSize: 2 ** 32 - 4,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeWorkgroupSizeX: 1024,
  maxComputeWorkgroupsPerDimension: 65535,
};

/** Tensors of this backend have shapes and no values: it dispatches nothing, so that any model can be counted anywhere. */
export async function useDryBackend(): Promise<void> {
  const device = {
    limits,
    features: new Set(),
    queue: {},
    lost: new Promise(() => {}),
    addEventListener() {},
    destroy() {},
  } as unknown as GPUDevice;
  const found = {
    gpu: {},
    adapter: { info: { vendor: 'none', architecture: '' } },
    info: { backend: 'webgpu', name: 'none', software: true, limits },
  } as unknown as FoundAdapter;
  const { WebGPUBackend } = (await import('@tensorflow/tfjs-backend-webgpu')) as { WebGPUBackend: OfficialClass };
  Object.assign(globalThis, { GPUBuffer: class {}, GPUTexture: class {} });
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true });
  registerBackend('webgpu', () => {
    const backend = createWebgpuBackend(WebGPUBackend, device, found);
    const dry = backend as unknown as Watched & {
      tensorMap: { get(id: TensorInfo['dataId']): { resource: unknown; values: unknown; shape: number[] } };
      uploadToGPU(id: TensorInfo['dataId']): void;
      makeTensorInfo(shape: number[], dtype: TensorInfo['dtype']): TensorInfo;
      read(id: TensorInfo['dataId']): Promise<unknown>;
    };
    dry.uploadToGPU = (id) => {
      const data = dry.tensorMap.get(id);
      data.resource ??= {};
      data.values = null;
    };
    dry.runWebGPUProgram = (program, inputs, dtype, _uniforms, output) => {
      const result = output ?? dry.makeTensorInfo(program.outputShape, dtype);
      for (const { dataId } of [...inputs, result]) dry.uploadToGPU(dataId);
      return result;
    };
    dry.read = async (id) => {
      const { values, shape } = dry.tensorMap.get(id);
      return values ?? new Float32Array(util.sizeFromShape(shape));
    };
    return backend;
  });
  await setBackend('webgpu');
}

/** The most bytes that tensors held while `body` ran. */
export async function peakBytes(body: () => Promise<void>, watched: Watched): Promise<number> {
  let peak = 0;
  const run = watched.runWebGPUProgram.bind(watched);
  watched.runWebGPUProgram = (...call) => {
    const result = run(...call);
    peak = Math.max(peak, engine().state.numBytes);
    return result;
  };
  await body();
  watched.runWebGPUProgram = run;
  return peak;
}
