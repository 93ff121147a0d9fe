import { describe, expect, it } from 'vitest';
import {
  registerCpuTrainingKernels,
  registerWasmTrainingKernels,
  registerWebgpuTrainingKernels,
} from '../../src/backends';

describe('registering training kernels for a backend that was not imported', () => {
  it('says which package to import', () => {
    expect(() => registerWasmTrainingKernels()).toThrow(
      "registerWasmTrainingKernels: import '@tensorflow/tfjs-backend-wasm' first.",
    );
    expect(() => registerCpuTrainingKernels()).toThrow(
      "registerCpuTrainingKernels: import '@tensorflow/tfjs-backend-cpu' first.",
    );
    expect(() => registerWebgpuTrainingKernels()).toThrow(
      "registerWebgpuTrainingKernels: import '@tensorflow/tfjs-backend-webgpu' first.",
    );
  });
});
