import { type BackendName, gpuInfo, useBackend } from 'tfjs-multitask/backends';
import type { Device } from '../messages';

/** As `simd` has it: it shares its work where the page is isolated. */
const MOST_THREADS = 16;

/** Makes `name`, or else the fastest backend, the one that computes. Throws where it does not work here. */
export async function chooseBackend(
  name: BackendName | undefined,
  onNotice: (notice: string) => void,
): Promise<Device> {
  const backend = await useBackend(name, { onNotice });
  const shares = backend === 'simd' && globalThis.crossOriginIsolated;
  const threads = shares ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1;
  return { backend, gpu: gpuInfo()?.name, threads };
}
