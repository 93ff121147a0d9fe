import '@tensorflow/tfjs-backend-cpu';
import { syncBuiltinESMExports } from 'node:module';
import workerThreads, { Worker } from 'node:worker_threads';
import { removeBackend, setBackend, square, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { registerSimdBackend } from '../src';
import { BOARD, KERNEL } from '../src/abi/board';
import { createRuntime } from '../src/runtime/runtime';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a thread', () => {
  it.each(['run', 'leave'] as const)(
    'that takes an item and is never heard of again gives an error, not a hang, and the work goes on without it (%s)',
    async (how) => {
      const { runtime } = await createRuntime({ threads: 2 });
      // in place of the thread that the runtime would start: it takes one item of the first job that it sees, and is gone
      const thief = new Worker(
        `const { memory } = require('node:worker_threads').workerData;
       const board = new BigInt64Array(memory.buffer, ${BOARD.job}, 1);
       for (;;) {
         const seen = Atomics.load(board, 0);
         if ((seen & 0xffffffffn) !== 0n && Atomics.compareExchange(board, 0, seen, seen - 1n) === seen) break;
       }`,
        { eval: true, workerData: { memory: runtime.memory }, execArgv: [] },
      );
      const gone = new Promise((resolve) => thief.once('exit', resolve));
      await new Promise((resolve) => thief.once('online', resolve));
      let now = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => {
        now += 1000; // the host looks at the clock now and then while it waits
        return now;
      });
      const at = runtime.heap.allocate(4 * 65_536);
      const job = () => {
        runtime.ints.set([at, 65_536, 7, 64]);
        runtime[how](KERNEL.fill, 1024);
      };
      expect(() => {
        while (runtime.threads > 1) job();
      }).toThrow(
        'simd backend: a worker thread did nothing for 60 s; the result of an op is lost. Further ops run on one thread.',
      );
      await gone;
      expect(runtime.threads).toBe(1);
      new Int32Array(runtime.memory.buffer, at, 65_536).fill(0);
      job();
      expect(new Set(new Int32Array(runtime.memory.buffer, at, 65_536))).toEqual(new Set([7]));
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
