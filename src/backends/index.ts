export type { BackendName } from './candidates';
export { type GpuInfo, gpuInfo } from './gpu-info';
export { registerCpuTrainingKernels } from './register-cpu-training-kernels';
export { registerNodeTrainingKernels } from './register-node-training-kernels';
export { registerWasmTrainingKernels } from './register-wasm-training-kernels';
export { registerWebgpuTrainingKernels } from './register-webgpu-training-kernels';
export { type UseBackendOptions, useBackend } from './use-backend';
