import { getKernel, type KernelConfig, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';

/** A kernel as it is registered, which remembers the one whose place it took. */
interface Replacement extends KernelConfig {
  readonly official?: KernelFunc;
}

type Call = Parameters<KernelFunc>[0];

/** Registers a kernel in the place of the official one, to which it can leave a call, as it is or changed. */
export function replaceOfficial(
  backendName: string,
  kernelName: string,
  compute: (call: Call, official: KernelFunc) => ReturnType<KernelFunc>,
): void {
  const present = getKernel(kernelName, backendName) as Replacement | undefined;
  const official = present && 'official' in present ? present.official : present?.kernelFunc;
  const kernelFunc: KernelFunc = (call) => compute(call, official as KernelFunc);
  if (present !== undefined) unregisterKernel(kernelName, backendName);
  // With what the official one does when its backend starts and ends.
  const replacement: Replacement = { ...present, kernelName, backendName, kernelFunc, official };
  registerKernel(replacement);
}
