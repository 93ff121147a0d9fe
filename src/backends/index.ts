export type { BackendName } from './candidates';
export { registerCpuTrainingKernels } from './register-cpu-training-kernels';
export { registerWasmTrainingKernels } from './register-wasm-training-kernels';
export { type UseBackendOptions, useBackend } from './use-backend';
