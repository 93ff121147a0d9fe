import { backend } from '@tensorflow/tfjs-core';
import type { BackendName } from '../../backends/choose/candidates';
import { gpuInfo } from '../../backends/choose/gpu-info';
import { useBackend } from '../../backends/choose/use-backend';
import type { Trial } from './read-trial';

async function tryHere(name: BackendName): Promise<Trial> {
  try {
    await useBackend(name);
    // Backends that share their work say so: simd.
    const { runtime } = backend() as unknown as {
      readonly runtime?: { readonly threads?: number | undefined } | undefined;
    };
    const [threads, gpu] = [runtime?.threads, gpuInfo()?.name];
    return { works: true, ...(threads !== undefined && { threads }), ...(gpu !== undefined && { gpu }) };
  } catch (error) {
    // `useBackend: 'webgpu' is installed but does not work here: it finds no GPU ...`
    const [reason] = (error as Error).message.split(/^.* is installed but does not work here: /).slice(-1);
    return { works: false, reason };
  }
}

/** Tries a backend in this process, which the doctor has started for it, and prints a line about it. */
export async function reportBackend(name: string): Promise<void> {
  const trial = await tryHere(name as BackendName);
  // A native library may keep a process from its end, or crash there.
  process.stdout.write(`\n${JSON.stringify(trial)}\n`, () => process.exit(0));
}
