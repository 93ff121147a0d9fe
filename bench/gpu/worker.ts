// Times the paper's model on a GPU, and each of its kernels: node worker.mjs [--sizes 256x64x4,256x64x16] [--repeats 10]
// [--official]. Needs dawn.node beside it. Prints markdown, and all numbers as JSON in its last line. With --probe it only
// says which GPU it finds.
import '@tensorflow/tfjs-layers';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { add, backend, setBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { gpuInfo } from '../../src/backends/choose/gpu-info';
import { addN } from '../../src/backends/patches/webgpu/add-n';
import type { OfficialBackend } from '../../src/backends/patches/webgpu/backend';
import { runFlat } from '../../src/backends/patches/webgpu/flat-program';
import { replaceOfficial } from '../../src/backends/patches/webgpu/kernel';
import { registerWebgpuBackend } from '../../src/backends/patches/webgpu/register';
import { registerWebgpuTrainingKernels } from '../../src/backends/patches/webgpu/register-webgpu-training-kernels';
import { prepare } from '../simd/step';
import { tally, watchDispatches } from './tally';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '256x64x4,256x64x16' },
    repeats: { type: 'string', default: '10' },
    official: { type: 'boolean', default: false },
    software: { type: 'boolean', default: false },
    probe: { type: 'boolean', default: false },
  },
});
const repeats = Number(values.repeats);

// Exact time stamps, which browsers do not give.
const { create, globals } = createRequire(import.meta.url)('./dawn.node');
Object.assign(globalThis, globals);
const options = ['enable-dawn-features=allow_unsafe_apis', 'disable-dawn-features=timestamp_quantization'];
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create(options) }, configurable: true });

await registerWebgpuBackend({ software: values.software });
if (values.official) replaceOfficial(addN);
else registerWebgpuTrainingKernels();
await setBackend('webgpu');
const gpu = backend() as unknown as OfficialBackend & { activeTimers: { query: Promise<number> }[] | null };
if (values.probe) {
  const [two] = await add(1, 1).data();
  console.log(`${gpuInfo()?.name} computes 1 + 1 = ${two}`);
  process.exit(two === 2 ? 0 : 1);
}
console.log(`${gpuInfo()?.name}, ${values.official ? "tfjs's own kernels" : 'the kernels of this library'}`);

async function timed(body: () => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < 3; i++) await body();
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await body();
    times.push(performance.now() - start);
  }
  return times;
}

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** Runs `make` many times in one go; returns the milliseconds of one. */
async function throughput(make: () => TensorInfo): Promise<number> {
  const times = 20;
  const run = async (): Promise<void> => {
    let last = make();
    for (let i = 1; i < times; i++) {
      gpu.disposeData(last.dataId);
      last = make();
    }
    const { length } = (await gpu.read(last.dataId)) as Float32Array;
    if (length === 0) throw new Error('nothing was computed');
    gpu.disposeData(last.dataId);
  };
  return median(await timed(run)) / times;
}

/** What the GPU reaches in multiply-adds of registers, in TFLOP/s, and in copying, in GB/s. */
async function measurePeaks(): Promise<{ teraflops: number; gigabytes: number }> {
  const threads = values.software ? 2 ** 12 : 2 ** 20;
  const steps = 2048;
  const chains = [0, 1, 2, 3, 4, 5, 6, 7];
  const milliseconds = await throughput(() =>
    runFlat(gpu, {
      key: 'peak',
      inputs: {},
      outputShape: [threads],
      uniforms: {},
      code: `
    let factor = vec4<f32>(0.999, 0.998, 0.997, 0.996);
    ${chains.map((c) => `var a${c} = vec4<f32>(f32(i + ${c}));`).join('\n')}
    for (var n = 0; n < ${steps}; n++) { ${chains.map((c) => `a${c} = fma(a${c}, factor, factor);`).join(' ')} }
    result[i] = dot(${chains.map((c) => `a${c}`).join(' + ')}, vec4<f32>(1.0));`,
    }),
  );
  const size = values.software ? 2 ** 16 : 2 ** 26;
  const x = gpu.makeTensorInfo([size], 'float32', new Float32Array(size));
  const copied = await throughput(() =>
    runFlat(gpu, {
      key: 'copy',
      inputs: { x },
      outputShape: [size],
      fours: true,
      uniforms: {},
      code: 'result[i] = x[i];',
    }),
  );
  gpu.disposeData(x.dataId);
  // The sums that are read back are few; the copy's 256 MB are not, so its read is a twentieth of what is timed.
  return {
    teraflops: (threads * steps * chains.length * 8) / milliseconds / 1e9,
    gigabytes: (size * 8) / copied / 1e6,
  };
}

/** GPU time of each kernel in one step, in milliseconds. */
async function timeKernels(step: () => Promise<void>) {
  const seen = watchDispatches();
  await step();
  seen.length = 0;
  gpu.activeTimers = [];
  await step();
  const timers = gpu.activeTimers;
  gpu.activeTimers = null;
  const times = await Promise.all(timers.map(({ query }) => query));
  const byName = new Map<string, number>();
  for (const [i, { name }] of seen.entries()) byName.set(name, (byName.get(name) ?? 0) + times[i]);
  return tally(seen).map((entry) => ({ ...entry, ms: byName.get(entry.name)! }));
}

const peaks = await measurePeaks();
console.log(`peak: ${peaks.teraflops.toFixed(1)} TFLOP/s, copying ${peaks.gigabytes.toFixed(0)} GB/s\n`);
const results: unknown[] = [];
for (const size of values.sizes.split(',')) {
  const [image, filters, batch] = size.split('x').map(Number);
  const { step, forward } = await prepare('webgpu', { image, filters, batch });
  const steps = await timed(step);
  const forwards = await timed(forward);
  const kernels = (await timeKernels(step)).sort((a, b) => b.ms - a.ms);
  const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
  const busy = kernels.reduce((sum, kernel) => sum + kernel.ms, 0);
  const share = (work: number, ms: number): string => `${((100 * work) / ms / peaks.teraflops / 1e9).toFixed(0)} %`;
  console.log(
    `${size}: step ${median(steps).toFixed(1)} ms, forward ${median(forwards).toFixed(1)} ms; GPU busy ${busy.toFixed(1)} ms of a ` +
      `step; ${share(flops, median(steps))} of the peak over the step\n\n| kernel | dispatches | ms | of the peak | GB/s |\n| --- | --- | --- | --- | --- |`,
  );
  for (const { name, dispatches, bytes, flops: work, ms } of kernels.filter((kernel) => kernel.ms > busy / 200)) {
    console.log(
      `| ${name} | ${dispatches} | ${ms.toFixed(2)} | ${work ? share(work, ms) : ''} | ${(bytes / ms / 1e6).toFixed(0)} |`,
    );
  }
  results.push({ size, steps, forwards, kernels });
}
console.log(JSON.stringify({ gpu: gpuInfo()?.name, official: values.official, peaks, results }));
