import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import asc from 'assemblyscript/asc';

/** The most floating-point operations that cores do in WebAssembly, in 10^9 a second. */
export interface Peak {
  /** Whether a product and a sum are one instruction (relaxed SIMD). */
  readonly fused: boolean;
  readonly oneThread: number;
  /** All threads of the measurement together, at the same time. */
  readonly allThreads: number;
}

const OPERATIONS = 12 * 4 * 2;

async function compile(features: readonly string[]): Promise<Uint8Array> {
  const source = await readFile(new URL('assembly/peak.ts', import.meta.url), 'utf8');
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      ...['peak.ts', '--outFile', 'peak.wasm', '--optimizeLevel', '3', '--noAssert', '--runtime', 'stub'],
      ...features.flatMap((feature) => ['--enable', feature]),
    ],
    {
      readFile: (name) => (name === 'peak.ts' ? source : null),
      writeFile: (_, content) => {
        binary = content as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (binary === undefined) throw new Error(`assembly/peak.ts: ${error?.message} ${stderr.toString()}`);
  return binary;
}

/** Runs in each thread: the fastest of 25 turns of some 20 ms, once the engine has made its best code of the loop. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
const { peak } = new WebAssembly.Instance(new WebAssembly.Module(workerData.binary)).exports;
const time = (turns) => { const start = performance.now(); peak(turns); return performance.now() - start; };
const fastest = (turns, times) => Math.min(...Array.from({ length: times }, () => time(turns)));
for (const start = performance.now(); performance.now() - start < 500; ) peak(1e4);
const turns = Math.ceil(1e5 * 20 / fastest(1e5, 10));
parentPort.once('message', () => parentPort.postMessage(turns * ${OPERATIONS} / fastest(turns, 25) / 1e6));
parentPort.postMessage('ready');
`;

async function measureTogether(binary: Uint8Array, threads: number): Promise<number> {
  const workers = Array.from({ length: threads }, () => new Worker(THREAD, { eval: true, workerData: { binary } }));
  const next = (worker: Worker) =>
    new Promise<unknown>((resolve, reject) => void worker.once('message', resolve).once('error', reject));
  await Promise.all(workers.map(next));
  const speeds = workers.map(next);
  for (const worker of workers) worker.postMessage('go');
  const total = (await Promise.all(speeds)).reduce<number>((sum, speed) => sum + (speed as number), 0);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return total;
}

/** Measures with one thread and with several. */
export async function measurePeak(threads: number): Promise<Peak> {
  setFlagsFromString('--experimental-wasm-relaxed-simd'); // Node 20 has it behind this flag
  const relaxed = await compile(['simd', 'relaxed-simd']);
  const fused = WebAssembly.validate(relaxed as BufferSource);
  const binary = fused ? relaxed : await compile(['simd']);
  return {
    fused,
    oneThread: await measureTogether(binary, 1),
    allThreads: await measureTogether(binary, threads),
  };
}
