import {
  add,
  backend,
  conv2d,
  engine,
  memory,
  relu,
  setBackend,
  slice,
  square,
  type Tensor,
  tensor,
  tensor1d,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerSimdBackend } from '../src';
import { type Address, behind, NONE } from '../src/abi/kernel';
import type { SimdBackend } from '../src/backend';
import { createHeap } from '../src/runtime/heap';
import { numbers } from './compare';

const newMemory = (maximum: number) => new WebAssembly.Memory({ initial: 2, maximum, shared: true });

describe('the heap', () => {
  it('never hands out overlapping blocks, and is whole again when all are back', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(100)), { maxLength: 200 }), (moves) => {
        const heap = createHeap(newMemory(64), 64);
        const live: { at: Address; bytes: number }[] = [];
        for (const [bytes, choice] of moves) {
          if (choice < 45 && live.length > 0) {
            heap.release(live.splice(choice % live.length, 1)[0].at);
            continue;
          }
          const at = heap.allocate(bytes);
          expect(at % 64).toBe(0);
          expect(at + bytes).toBeLessThanOrEqual(heap.size());
          for (const other of live) expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
          live.push({ at, bytes });
        }
        const size = heap.size();
        for (const { at } of live) heap.release(at);
        expect(heap.used()).toBe(0);
        // everything has joined into one block: the largest that fits is allocated without growing
        heap.allocate(size - 16384 - 256);
        expect(heap.size()).toBe(size);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('grows up to its limit and then says what was needed and what was left', () => {
    const heap = createHeap(newMemory(32), 32); // 2 MiB
    heap.allocate(1024 * 1024);
    expect(() => heap.allocate(1.5 * 1024 * 1024)).toThrow(
      /needs 1\.5 MiB, has 1\.0 MiB left of 2 MiB; try a smaller batch or gradient accumulation/,
    );
    heap.allocate(512 * 1024);
  });

  it('takes a block back when all its owners have freed it', () => {
    const heap = createHeap(newMemory(4), 4);
    const at = heap.allocate(64);
    heap.retain(at);
    heap.retain(at);
    for (const shared of [true, false]) {
      heap.release(at);
      expect(heap.isShared(at)).toBe(shared);
      expect(heap.used()).toBe(64);
    }
    heap.release(at);
    expect(heap.used()).toBe(0);
    expect(() => heap.release(at)).toThrow(/not in use/);
  });

  it('refuses a block that it did not give', () => {
    expect(() => createHeap(newMemory(4), 4).release(behind(NONE, 64))).toThrow(/not in use/);
  });

  it('refuses a size that is not a number, and stays whole', () => {
    const heap = createHeap(newMemory(4), 4);
    expect(() => heap.allocate(Number.NaN)).toThrow('simd backend: cannot allocate NaN bytes');
    expect(heap.allocate(64)).not.toBe(heap.allocate(64));
  });
});

describe('memory of the simd backend', () => {
  beforeAll(async () => {
    await registerSimdBackend({ threads: 1 });
    await setBackend('simd');
  });
  const used = () => (backend() as unknown as SimdBackend).runtime.heap.used();

  it('comes back with dispose, and does not grow over many steps', () => {
    const x = tensor4d(numbers(2 * 12 * 12 * 4), [2, 12, 12, 4]);
    const w = tensor4d(numbers(3 * 3 * 4 * 8), [3, 3, 4, 8]);
    const step = () => tidy(() => square(relu(conv2d(x, w, 1, 'same')))).dispose();
    step();
    const before = used();
    const size = (memory() as unknown as { numBytesReserved: number }).numBytesReserved;
    for (let i = 0; i < 10_000; i++) step();
    expect(used()).toBe(before);
    expect((memory() as unknown as { numBytesReserved: number }).numBytesReserved).toBe(size);
    x.dispose();
    w.dispose();
    expect(used()).toBe(0);
  });

  it('keeps what JavaScript kernels slice out of a tensor that is then disposed', async () => {
    const source = tidy(() => add(tensor1d([1, 2, 3, 4]), 1));
    const part = tidy(
      () =>
        engine().runKernel(
          'StridedSlice',
          { x: source },
          {
            begin: [1],
            end: [3],
            strides: [1],
            beginMask: 0,
            endMask: 0,
            ellipsisMask: 0,
            newAxisMask: 0,
            shrinkAxisMask: 0,
          },
        ) as Tensor,
    );
    source.dispose();
    tidy(() => void add(tensor([9, 9, 9, 9]), 1)); // takes the freed block
    expect([...(await part.data())]).toEqual([3, 4]);
    part.dispose();
    expect(used()).toBe(0);
  });

  it('hands out copies, which stay as they are when the tensor goes', async () => {
    const x = tidy(() => add(tensor1d([1, 2, 3]), 1));
    const values = await x.data();
    x.dispose();
    tidy(() => void add(tensor1d([7, 7, 7]), 1));
    expect([...values]).toEqual([2, 3, 4]);
  });

  it('says that a tensor does not fit instead of crashing, and goes on', async () => {
    const x = tidy(() => relu(tensor1d([1])));
    expect(() =>
      tidy(() =>
        add(x, engine().runKernel('Fill', {}, { shape: [2 ** 30 + 2 ** 29], value: 0, dtype: 'float32' }) as Tensor),
      ),
    ).toThrow(/simd backend: out of memory: a block needs 6144\.0 MiB/);
    expect([...(await slice(x, 0, 1).data())]).toEqual([1]);
  });

  it('leaves nothing of an op that finds no memory for its scratch', () => {
    const { heap } = (backend() as unknown as SimdBackend).runtime;
    const x = tidy(() => relu(tensor4d(numbers(6 * 6 * 4), [1, 6, 6, 4])));
    const w = tidy(() => relu(tensor4d(numbers(9 * 4 * 8), [3, 3, 4, 8])));
    const before = used();
    const { allocate } = heap;
    const spy = vi.spyOn(heap, 'allocate').mockImplementationOnce(allocate);
    spy.mockImplementationOnce(() => {
      throw new Error('no memory');
    });
    expect(() => tidy(() => conv2d(x as never, w as never, 1, 'same'))).toThrow('no memory');
    spy.mockRestore();
    expect(used()).toBe(before);
    x.dispose();
    w.dispose();
  });
});
