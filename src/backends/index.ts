export { registerCpuTrainingKernels } from './register-cpu-training-kernels';
export { registerWasmTrainingKernels } from './register-wasm-training-kernels';
