import '@tensorflow/tfjs-backend-cpu';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker } from 'node:worker_threads';
import { removeBackend, setBackend, square, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { registerSimdBackend } from '../src';
import { JOB } from '../src/abi/memory';
import { abi } from '../src/generated/abi';
import { createRuntime } from '../src/runtime/runtime';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a thread', () => {
  it.each(['run', 'dispatch'] as const)(
    'that takes an item and is never heard of again gives an error, not a hang, and the work goes on without it (%s)',
    async (how) => {
      const { runtime } = await createRuntime({ threads: 2 });
      // in place of the thread that the runtime would start: it takes one item of the first job that it sees, and is gone
      const thief = new Worker(
        `const { memory } = require('node:worker_threads').workerData;
       const job = new BigInt64Array(memory.buffer, ${JOB}, 1);
       for (;;) {
         const seen = Atomics.load(job, 0);
         if ((seen & 0xffffffffn) !== 0n && Atomics.compareExchange(job, 0, seen, seen - 1n) === seen) break;
       }`,
        { eval: true, workerData: { memory: runtime.memory }, execArgv: [] },
      );
      const gone = new Promise((resolve) => thief.once('exit', resolve));
      await new Promise((resolve) => thief.once('online', resolve));
      let now = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => {
        now += 1000; // the main thread looks at the clock now and then while it waits
        return now;
      });
      const to = runtime.heap.allocate(4 * 65_536);
      const job = () => runtime[how](abi.fill, { to, count: 65_536, value: 7, block: 64 }, 1024);
      expect(() => {
        while (runtime.threads > 1) job();
      }).toThrow(
        'simd backend: a worker thread did nothing for 60 s; the result of an op is lost. Further ops run on one thread.',
      );
      await gone;
      expect(runtime.threads).toBe(1);
      new Float32Array(runtime.memory.buffer, to, 65_536).fill(0);
      job();
      expect(new Set(new Float32Array(runtime.memory.buffer, to, 65_536))).toEqual(new Set([7]));
    },
  );

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
