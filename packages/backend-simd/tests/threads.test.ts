import { execFileSync } from 'node:child_process';
import '@tensorflow/tfjs-layers';
import {
  backend,
  conv2d,
  engine,
  findBackend,
  grads,
  matMul,
  removeBackend,
  reshape,
  setBackend,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { registerSimdBackend } from '../src';
import type { SimdBackend } from '../src/backend';
import { abi } from '../src/generated/abi';
import { createRuntime } from '../src/runtime/runtime';
import { difference, numbers } from './compare';

async function on<T>(threads: number, body: () => Promise<T>, fused = true): Promise<T> {
  await registerSimdBackend({ threads, fused });
  await setBackend('simd');
  try {
    expect((backend() as unknown as SimdBackend).runtime.threads).toBe(threads);
    return await body();
  } finally {
    await setBackend('cpu');
    removeBackend('simd');
  }
}

const tensor = (shape: [number, number, number, number], seed: number) =>
  tensor4d(
    numbers(
      shape.reduce((a, b) => a * b),
      seed,
    ),
    shape,
  );

/** A forward pass, its gradients and a long sum: every way in which work is shared. */
async function work(): Promise<number[][]> {
  const f = (x: Tensor, w: Tensor) => square(conv2d(x as never, w as never, 1, 'same'));
  const tensors = tidy(() => {
    const x = tensor([4, 33, 33, 8], 1);
    const w = tensor([3, 3, 8, 16], 2);
    const y = f(x, w);
    return [
      y,
      ...grads(f)([x, w]),
      sum(y, [0, 1, 2]),
      matMul(reshape(y, [4 * 33 * 33, 16]), reshape(y, [4 * 33 * 33, 16]), true),
    ];
  });
  const values = await Promise.all(tensors.map(async (t) => Array.from(await t.data())));
  for (const t of tensors) t.dispose();
  return values;
}

describe('threads', () => {
  it('do not change a single bit, whatever their number, and give the same twice', async () => {
    const one = await on(1, work);
    for (const threads of [2, 2, 3]) expect(await on(threads, work)).toEqual(one);
  });

  it('give the same within rounding where products and sums are not fused', async () => {
    const fused = await on(2, work);
    const plain = await on(2, work, false);
    plain.forEach((values, i) => {
      expect(difference(values, fused[i])).toBeLessThan(1e-5);
    });
    expect(plain).not.toEqual(fused);
  });

  it('end with removeBackend, which registers again', async () => {
    await on(2, async () => {});
    expect(findBackend('simd')).toBeNull();
    await on(2, async () => expect([...(await tidy(() => square(tensor1d([3]))).data())]).toEqual([9]));
    expect(engine().registryFactory.simd).toBeUndefined();
  });

  it('come back, with all of the memory, where the engine is reset', async () => {
    await on(2, async () => {
      const before = (backend() as unknown as SimdBackend).runtime;
      tidy(() => square(tensor1d([3])).variable());
      expect(before.heap.used()).toBeGreaterThan(0);
      engine().reset();
      expect(before.threads).toBe(1);
      await setBackend('simd');
      const { runtime } = backend() as unknown as SimdBackend;
      expect(runtime.threads).toBe(2);
      expect(runtime.heap.used()).toBe(0);
      expect([...(await tidy(() => square(tensor1d([3]))).data())]).toEqual([9]);
    });
  });

  it('may be left at work: whoever looks at the memory or gives the next job finds the job done', async () => {
    const { runtime, startThreads } = await createRuntime({ threads: 3 });
    startThreads();
    const size = 100_000;
    const to = runtime.heap.allocate(4 * size);
    const next = runtime.heap.allocate(64);
    for (let i = 1; i <= 300; i++) {
      runtime.dispatch(abi.fill, { to, count: size, value: i, block: 64 }, Math.ceil(size / 64));
      // were an item not done yet, it would fill in that
      if (i % 2 === 0) runtime.dispatch(abi.fill, { to: next, count: 16, value: -1, block: 64 }, 1);
      expect(new Float32Array(runtime.memory.buffer, to, size).every((value) => value === i)).toBe(true);
    }
    runtime.dispose();
  });

  it('give an error when a kernel dies in one, and the work goes on without them', async () => {
    const { runtime, startThreads } = await createRuntime({ threads: 2 });
    startThreads();
    expect(() => runtime.run({ number: -1, write() {} }, {}, 64)).toThrow();
    expect(runtime.threads).toBe(1);
    const to = runtime.heap.allocate(64);
    runtime.run(abi.fill, { to, count: 3, value: 7, block: 16 }, 1);
    expect([...new Float32Array(runtime.memory.buffer, to, 3)]).toEqual([7, 7, 7]);
    runtime.dispose();
  });

  it('refuse a number of threads that is not a positive whole number', async () => {
    await expect(registerSimdBackend({ threads: 0 })).rejects.toThrow(
      new RangeError('registerSimdBackend: threads must be a positive whole number, got 0.'),
    );
    await expect(registerSimdBackend({ threads: 1.5 })).rejects.toThrow(RangeError);
  });

  it('let the process end', () => {
    const code = `
      import { setBackend, square, tensor1d } from '@tensorflow/tfjs-core';
      import { registerSimdBackend } from 'tfjs-backend-simd';
      (async () => {
        await registerSimdBackend({ threads: 3 });
        await setBackend('simd');
        console.log((await square(tensor1d([5])).data())[0]);
      })();`;
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      timeout: 30_000,
      encoding: 'utf8',
    });
    expect(out.trim()).toBe('25');
  });
});
