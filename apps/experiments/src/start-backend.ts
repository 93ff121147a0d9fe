import { registerSimdBackend } from 'tfjs-backend-simd';
import { type BackendName, useBackend } from 'tfjs-multitask/backends';

/** Starts a backend; `simd` with so many threads, since several processes share the cores. Gives its name. */
export async function startBackend(name: string | undefined, threads: number): Promise<BackendName> {
  if (name === undefined || name === 'simd') {
    // Where this engine has no such backend, the next line says so or picks another.
    await registerSimdBackend({ threads }).catch(() => undefined);
  }
  return useBackend(name as BackendName | undefined, { onNotice: console.warn });
}
