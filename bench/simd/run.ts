// One measurement in a process of its own: tsx bench/simd/run.ts BACKEND IMAGE MAPS BATCH REPEATS THREADS, times as JSON.
import { memory } from '@tensorflow/tfjs-core';
import { registerSimdBackend } from '../../src/backends/simd';
import { prepare } from './step';

async function timed(body: () => Promise<unknown>, repeats: number): Promise<number[]> {
  for (let i = 0; i < 2; i++) await body();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await body();
    times.push(performance.now() - start);
  }
  return times;
}

async function main(): Promise<void> {
  const [backend = 'simd', ...rest] = process.argv.slice(2);
  const [image = 64, maps = 8, batch = 4, repeats = 5, threads = 2] = rest.map(Number);
  if (backend === 'simd') await registerSimdBackend({ threads });
  else {
    await import('@tensorflow/tfjs-backend-wasm');
    const { registerWasmTrainingKernels } = await import('../../src/backends');
    registerWasmTrainingKernels();
  }
  const { step, forward, dispose } = await prepare(backend, { image, maps, batch });
  const times = { step: await timed(step, repeats), forward: await timed(forward, repeats) };
  const reserved = (memory() as unknown as { numBytesReserved?: number }).numBytesReserved;
  dispose();
  console.log(
    JSON.stringify({
      ...times,
      peakMiB: process.resourceUsage().maxRSS / 1024,
      heapMiB: reserved && reserved / 2 ** 20,
    }),
  );
}

await main();
