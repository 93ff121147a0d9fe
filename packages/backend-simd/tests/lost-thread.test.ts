import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker } from 'node:worker_threads';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { removeBackend, setBackend, square, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { registerSimdBackend } from '../src';
import type { Address } from '../src/abi/kernel';
import { DONE, JOB } from '../src/abi/memory';
import { createBackend } from '../src/backend';
import { abi } from '../src/generated/abi';
import { createRuntime, type Runtime } from '../src/runtime/runtime';

afterEach(() => {
  vi.restoreAllMocks();
});

const LOST =
  'simd backend: a worker thread did nothing for 4 s; the result of an op is lost. Further ops run on one thread.';

/**
 * A runtime with, in place of the thread that it would start, one that takes one item of the first job that it sees, and ends
 * that after so many milliseconds, or is never heard of again.
 */
async function withThief(after?: number) {
  const { runtime } = await createRuntime({ threads: 2 });
  const thief = new Worker(
    `const { memory, after } = require('node:worker_threads').workerData;
     const job = new BigInt64Array(memory.buffer, ${JOB}, 1);
     for (;;) {
       const seen = Atomics.load(job, 0);
       if ((seen & 0xffffffffn) !== 0n && Atomics.compareExchange(job, 0, seen, seen - 1n) === seen) break;
     }
     if (after !== undefined) setTimeout(() => Atomics.add(new Int32Array(memory.buffer), ${DONE / 4}, 1), after);`,
    { eval: true, workerData: { memory: runtime.memory, after }, execArgv: [] },
  );
  const gone = new Promise((resolve) => thief.once('exit', resolve));
  await new Promise((resolve) => thief.once('online', resolve));
  return { runtime, gone };
}

/** Gives jobs until the thief has taken an item of one, which is then not done. */
function dispatchUntilStolen(runtime: Runtime, to: Address): void {
  const words = new Int32Array(runtime.memory.buffer);
  do runtime.dispatch(abi.fill, { to, count: 65_536, value: 7, block: 64 }, 1024);
  while (Atomics.load(words, DONE / 4) === 1024);
}

describe('a thread', () => {
  it.each(['run', 'dispatch'] as const)(
    'that takes an item and is never heard of again gives an error in less than 5 s, and the work goes on without it (%s)',
    async (how) => {
      const { runtime, gone } = await withThief();
      const to = runtime.heap.allocate(4 * 65_536);
      const job = () => runtime[how](abi.fill, { to, count: 65_536, value: 7, block: 64 }, 1024);
      const began = performance.now();
      expect(() => {
        while (runtime.threads > 1) job();
      }).toThrow(LOST);
      expect(performance.now() - began).toBeLessThan(5000);
      await gone;
      expect(runtime.threads).toBe(1);
      new Float32Array(runtime.memory.buffer, to, 65_536).fill(0);
      job();
      expect(new Set(new Float32Array(runtime.memory.buffer, to, 65_536))).toEqual(new Set([7]));
    },
  );

  it('that is lost while results are read does not hold up anything else, and each of them is an error', async () => {
    const { runtime } = await withThief();
    const backend = createBackend(MathBackendCPU, runtime);
    const tensor = backend.output([65_536], 'float32');
    let turns = 0;
    const clock = setInterval(() => turns++, 10);
    const began = performance.now();
    dispatchUntilStolen(runtime, backend.address(tensor));
    const reads = [backend.read(tensor.dataId), backend.read(tensor.dataId)];
    backend.disposeData(tensor.dataId);
    for (const outcome of await Promise.allSettled(reads)) {
      expect(outcome).toEqual({ status: 'rejected', reason: new Error(LOST) });
    }
    clearInterval(clock);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(turns).toBeGreaterThan(50);
    expect(runtime.heap.used()).toBe(0);
  });

  it('that is slow is waited for, also by a computer that sleeps meanwhile, and its result is read', async () => {
    const { runtime } = await withThief(300);
    const backend = createBackend(MathBackendCPU, runtime);
    const tensor = backend.output([65_536], 'float32');
    dispatchUntilStolen(runtime, backend.address(tensor));
    const values = backend.read(tensor.dataId);
    const awake = performance.now.bind(performance);
    const woke = awake() + 100;
    vi.spyOn(performance, 'now').mockImplementation(() => (awake() < woke ? awake() : awake() + 3_600_000));
    backend.disposeData(tensor.dataId);
    expect(new Set((await values) as Float32Array)).toEqual(new Set([7]));
    expect(awake()).toBeGreaterThan(woke + 150);
    expect(runtime.threads).toBe(2);
    runtime.dispose();
  });

  it('ends with removeBackend, each of them', async () => {
    const ends: Promise<unknown>[] = [];
    class Watched extends Worker {
      constructor(...args: ConstructorParameters<typeof Worker>) {
        super(...args);
        ends.push(new Promise((resolve) => this.once('exit', resolve)));
      }
    }
    workerThreads.Worker = Watched;
    syncBuiltinESMExports();
    try {
      await registerSimdBackend({ threads: 4 });
      await setBackend('simd');
    } finally {
      workerThreads.Worker = Worker;
      syncBuiltinESMExports();
    }
    expect(ends).toHaveLength(3);
    expect(await tidy(() => square(tensor1d([3]))).data()).toEqual(Float32Array.of(9));
    await setBackend('cpu');
    removeBackend('simd');
    await Promise.all(ends);
  });
});
