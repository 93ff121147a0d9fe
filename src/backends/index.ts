/**
 * The choice of a backend, and the kernels that official backends lack or get wrong for training.
 *
 * @module tfjs-multitask/backends
 */

export type { BackendName } from './choose/candidates';
export { type GpuInfo, gpuInfo } from './choose/gpu-info';
export { type UseBackendOptions, useBackend } from './choose/use-backend';
export { registerCpuTrainingKernels } from './patches/cpu/register-cpu-training-kernels';
export { registerNodeTrainingKernels } from './patches/node/register-node-training-kernels';
export { registerWasmTrainingKernels } from './patches/wasm/register-wasm-training-kernels';
export { registerWebgpuTrainingKernels } from './patches/webgpu/register-webgpu-training-kernels';
