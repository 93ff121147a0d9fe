// A process that works on request: `node child.mjs '{"backend", "size", "threads"}'`, then a line on stdin for each
// task, `step N`, `forward N`, `memory`, `convs` or `ops`, and an answer in JSON on stdout for each.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { registerSimdBackend } from 'tfjs-backend-simd';
import { registerWasmTrainingKernels } from 'tfjs-multitask/backends';
import { measureOps } from '../../packages/backend-simd/bench/ops';
import { measureConvs } from './convs';
import { prepare, type Size } from './step';

/** What a child is made for. */
export interface ChildSpec {
  readonly backend: 'simd' | 'wasm' | 'node';
  readonly size: Size;
  readonly threads: number;
}

/** Resident memory in MiB, now (`VmRSS`) or at its highest (`VmHWM`). */
function resident(field: 'VmRSS' | 'VmHWM'): number {
  if (process.platform === 'linux') {
    // `maxRSS` would count the parent's memory at the time of the fork.
    const found = readFileSync('/proc/self/status', 'utf8').match(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm'));
    return Number(found?.[1]) / 1024;
  }
  return field === 'VmRSS' ? process.memoryUsage.rss() / 2 ** 20 : process.resourceUsage().maxRSS / 1024;
}

async function register({ backend, threads }: ChildSpec): Promise<string> {
  if (backend === 'simd') {
    await registerSimdBackend({ threads });
    return 'simd';
  }
  if (backend === 'wasm') {
    await import('@tensorflow/tfjs-backend-wasm');
    registerWasmTrainingKernels();
    return 'wasm';
  }
  const name = '@tensorflow/tfjs-node'; // not literal: its types need not be here
  await import(name);
  return 'tensorflow';
}

async function timed(body: () => Promise<unknown>, repeats: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    await body();
    times.push(performance.now() - start);
  }
  return times;
}

const answer = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

async function main(): Promise<void> {
  const spec = JSON.parse(process.argv[2]) as ChildSpec;
  const backend = await register(spec);
  const before = resident('VmRSS');
  const work = await prepare(backend, spec.size);
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [task, count] = line.split(' ');
    if (task === 'step' || task === 'forward') answer({ ms: await timed(work[task], Number(count)) });
    else if (task === 'memory') answer({ beforeMiB: before, peakMiB: resident('VmHWM') });
    else if (task === 'ops') answer({ ops: await measureOps((done) => console.error(done)) });
    else answer({ convs: await measureConvs(backend, spec.size, (done) => console.error(done)) });
  }
}

await main();
