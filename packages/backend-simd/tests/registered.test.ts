// Two copies of this package meet in one process where a program installs it beside tfjs-multitask, which brings one, or both
// imports and requires it. They share TensorFlow.js's registry, so the one that comes second finds what the first registered.
import '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  getKernel,
  KernelBackend,
  registerBackend,
  removeBackend,
  setBackend,
  square,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { version } from '../package.json';
import type { SimdBackend } from '../src/backend';

/** A copy of the package of its own, of another version if one is given. */
async function copy(version?: string) {
  vi.resetModules();
  if (version === undefined) vi.doUnmock('../package.json');
  else vi.doMock('../package.json', () => ({ version }));
  return (await import('../src')).registerSimdBackend;
}

const running = () => (backend() as unknown as SimdBackend).runtime;

beforeEach(() => vi.spyOn(console, 'warn').mockImplementation(() => {}));

afterEach(async () => {
  expect(console.warn).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  await setBackend('cpu');
  removeBackend('simd');
});

describe('a second registerSimdBackend', () => {
  it('is silent where it asks for nothing, or for what there is, and leaves the first', async () => {
    const register = await copy();
    await register({ threads: 2, fused: false });
    await setBackend('simd');
    const first = running();
    for (const options of [{}, { threads: 2 }, { fused: false }, { threads: 2, fused: false }]) await register(options);
    await setBackend('simd');
    expect(running()).toBe(first);
    expect(first.threads).toBe(2);
  });

  it('says so where it asks for another number of threads', async () => {
    const register = await copy();
    await register({ threads: 2 });
    await expect(register({ threads: 4 })).rejects.toThrow(
      "registerSimdBackend: threads: 4 meets a backend 'simd' that is registered already with threads: 2. Leave threads out to " +
        "take that one, or call removeBackend('simd') of @tensorflow/tfjs-core before, which loses its tensors.",
    );
  });

  it('takes as many threads as there are cores for what the first asked for, if it asked for none', async () => {
    const register = await copy();
    await register();
    await setBackend('simd');
    const { threads } = running();
    await register({ threads });
    await expect(register({ threads: threads + 1 })).rejects.toThrow(`registered already with threads: ${threads}.`);
  });

  it('says so where it asks for products to be fused that are not, or the other way round', async () => {
    const register = await copy();
    await register({ fused: false });
    await expect(register({ fused: true })).rejects.toThrow(/fused: true meets .* with fused: false\. Leave fused out/);
    removeBackend('simd');
    await register();
    await register({ fused: true });
    await expect(register({ fused: false })).rejects.toThrow(/fused: false meets .* with fused: true\./);
  });

  it('asks for one thread where there can be no other', async () => {
    const register = await copy();
    await register({ threads: 1 });
    vi.doMock('../src/runtime/workers', () => ({ findWorkers: async () => undefined }));
    vi.resetModules();
    const { registerSimdBackend } = await import('../src');
    await registerSimdBackend({ threads: 4 });
    vi.doUnmock('../src/runtime/workers');
  });

  it('finds what the first registers, where both run at once', async () => {
    const register = await copy();
    await Promise.all([register({ threads: 2 }), register(), register({ threads: 2 })]);
    const [, second] = await Promise.allSettled([register({ threads: 2 }), register({ threads: 3 })]);
    expect(second.status).toBe('rejected');
    removeBackend('simd');
    const [one, other] = await Promise.allSettled([register({ threads: 2 }), register({ threads: 3 })]);
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('two copies of the package', () => {
  it('are silent where they are of one version: the first stays', async () => {
    await (await copy())({ threads: 2 });
    await setBackend('simd');
    const first = running();
    const second = await copy();
    await second();
    await second({ threads: 2 });
    await setBackend('simd');
    expect(running()).toBe(first);
    await expect(second({ threads: 1 })).rejects.toThrow('threads: 1 meets');
  });

  it('say so where they are of two versions', async () => {
    await (await copy('0.0.1'))();
    await expect((await copy())()).rejects.toThrow(
      `registerSimdBackend: version ${version} of tfjs-backend-simd meets version 0.0.1, which is registered already; ` +
        'tfjs-multitask brings one of its own. Install tfjs-backend-simd in the version that it brings, or call ' +
        "removeBackend('simd') of @tensorflow/tfjs-core before, which loses its tensors.",
    );
  });

  it('say so where the first is no backend of ours', async () => {
    registerBackend('simd', () => new KernelBackend());
    await expect((await copy())()).rejects.toThrow("a backend 'simd' of another package is registered already");
  });

  it('leave no kernel behind: the second computes with its own once the first is removed', async () => {
    await (await copy('0.0.1'))();
    const left = getKernel('Square', 'simd').kernelFunc;
    removeBackend('simd');
    await (await copy())();
    expect(getKernel('Square', 'simd').kernelFunc).not.toBe(left);
    await setBackend('simd');
    const y = square(tensor1d([3]));
    expect([...(await y.data())]).toEqual([9]);
    y.dispose();
  });
});
