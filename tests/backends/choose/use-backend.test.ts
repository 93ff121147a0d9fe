import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  backend,
  copyRegisteredKernels,
  getBackend,
  getKernel,
  memory,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useBackend } from '../../../src/backends';
import type { Candidate } from '../../../src/backends/choose/candidates';
import { selectBackend } from '../../../src/backends/choose/select-backend';

const made = new Set<string>();

/** A backend of the name, registered when it is loaded: the cpu backend's kernels under another name. */
function working(name: string): Candidate {
  const load = async (): Promise<void> => {
    if (!made.has(name)) copyRegisteredKernels('cpu', name);
    made.add(name);
    registerBackend(name, () => new MathBackendCPU());
  };
  return { name, packageName: `the-${name}-package`, registeredAs: name, load };
}

function failing(name: string, error: unknown): Candidate {
  return {
    ...working(name),
    load: async () => error,
  };
}

const missing = (name: string) =>
  failing(name, new Error(`Cannot find package 'the-${name}-package' imported from /app/index.js`));

const notices: string[] = [];
const select = (candidates: Candidate[], name?: string) =>
  selectBackend(
    candidates,
    candidates.map((candidate) => candidate.name),
    name,
    (message) => notices.push(message),
  );

/** How many threads the present backend, simd, computes on. */
const simdThreads = (): number => (backend() as unknown as { runtime: { threads: number } }).runtime.threads;

const printed = [vi.spyOn(console, 'warn'), vi.spyOn(console, 'log'), vi.spyOn(console, 'error')];

beforeEach(async () => {
  await setBackend('cpu');
  for (const spy of printed) spy.mockClear();
});

afterEach(() => {
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  for (const name of made) removeBackend(name);
  made.clear();
  notices.length = 0;
  vi.unstubAllEnvs();
});

describe('picking a backend', () => {
  it('takes the first that works, and says nothing', async () => {
    expect(await select([working('one'), working('two')])).toBe('one');
    expect(getBackend()).toBe('one');
    expect(notices).toEqual([]);
  });

  it('passes over those that are not installed, and says nothing', async () => {
    expect(await select([missing('one'), working('two')])).toBe('two');
    expect(notices).toEqual([]);
  });

  it.each([
    ["Cannot find module 'the-one-package'\nRequire stack:\n- /app/index.js"],
    ["Failed to resolve module specifier 'the-one-package'"],
    ['The specifier “the-one-package” was a bare specifier, but was not remapped to anything.'],
    ['Could not resolve "the-one-package" imported by "tfjs-multitask". Is it installed?'],
  ])('knows a missing package by: %s', async (message) => {
    await expect(select([failing('one', new Error(message))], 'one')).rejects.toThrow(
      "useBackend: 'one' is not installed. Run: npm install the-one-package",
    );
  });

  it('knows either of two packages to be missing, and names both', async () => {
    const one = failing(
      'one',
      new Error("cannot import 'other': Cannot find package 'other' imported from /app/index.js"),
    );
    await expect(select([{ ...one, packageName: 'the-one-package other' }], 'one')).rejects.toThrow(
      "useBackend: 'one' is not installed. Run: npm install the-one-package other",
    );
  });

  it('passes over one that fails to load, and says so', async () => {
    const one = failing(
      'one',
      new Error("Cannot find module 'bindings' from 'node_modules/the-one-package/index.js'."),
    );
    expect(await select([one, working('two')])).toBe('two');
    expect(notices).toEqual([
      "'one' is installed but does not work here: Cannot find module 'bindings' from 'node_modules/the-one-package/index.js'.",
    ]);
  });

  it('passes over one that cannot be initialised, at once or later, and says so', async () => {
    const throwing: Candidate = {
      ...working('one'),
      load: async () => {
        made.add('one');
        registerBackend('one', () => {
          throw new Error('no device');
        });
      },
      remedy: 'It needs a device',
    };
    const rejecting: Candidate = {
      ...working('two'),
      load: async () => {
        made.add('two');
        registerBackend('two', () => Promise.reject(new Error('no device')));
      },
    };
    expect(await select([throwing, rejecting, working('three')])).toBe('three');
    expect(notices).toEqual([
      "'one' is installed but does not work here: TensorFlow.js cannot initialise it. It needs a device.",
      "'two' is installed but does not work here: TensorFlow.js cannot initialise it.",
    ]);
  });

  it('passes over one that computes wrongly, and says so', async () => {
    const one = working('one');
    const wrong: Candidate = {
      ...one,
      load: async () => {
        await one.load({ software: false });
        unregisterKernel('Conv2D', 'one');
        const { kernelFunc } = getKernel('Square', 'cpu');
        registerKernel({
          kernelName: 'Conv2D',
          backendName: 'one',
          kernelFunc: (call) => kernelFunc({ ...call, inputs: { x: call.inputs.filter as TensorInfo } }),
        });
      },
    };
    expect(await select([wrong, working('two')])).toBe('two');
    expect(notices[0]).toContain('a convolution returns [1, 1, 1, 1] and should return [12, 16, 24, 28]');
  });

  it('passes over one that does not keep what its name promises', async () => {
    const one: Candidate = {
      ...working('one'),
      check: () => {
        throw new Error('it finds no CUDA device');
      },
    };
    expect(await select([one, working('two')])).toBe('two');
    expect(notices).toEqual(["'one' is installed but does not work here: it finds no CUDA device."]);
  });

  it('passes over one that registers nothing with this TensorFlow.js', async () => {
    const one: Candidate = { ...working('one'), load: async () => {} };
    expect(await select([one, working('two')])).toBe('two');
    expect(notices[0]).toContain('the-one-package does not register it here');
  });

  it('passes over without a word one whose hardware is plainly not here, unless it is asked for', async () => {
    const one: Candidate = { ...failing('one', new Error('no driver')), absent: () => true };
    expect(await select([one, working('two')])).toBe('two');
    expect(notices).toEqual([]);
    await expect(select([one, working('two')], 'one')).rejects.toThrow(
      "useBackend: 'one' is installed but does not work here: no driver.",
    );
  });

  it('does not end with a slow one in silence', async () => {
    const slow: Candidate = { ...working('slow'), advice: 'Run: npm install the-fast-package' };
    const all = [failing('one', 'no memory'), slow];
    await expect(selectBackend(all, ['one', 'slow'], undefined, undefined)).rejects.toThrow(
      'useBackend: only a slow backend is left. Ask for it by its name, or set onNotice.\n' +
        "  'one' is installed but does not work here: no memory.\n" +
        "  'slow' is slow. Run: npm install the-fast-package",
    );
    expect(getBackend()).toBe('cpu');
    expect(await selectBackend(all, [], 'slow', undefined)).toBe('slow');
  });

  it('names the package that is missing, and not the slow backend of the same package', async () => {
    const slow: Candidate = { ...missing('slow'), packageName: 'the-fast-package', advice: 'Run: npm install another' };
    await expect(selectBackend([missing('fast'), slow], ['fast', 'slow'], undefined, undefined)).rejects.toThrow(
      new Error(
        'useBackend: no backend works here. Run: npm install @tensorflow/tfjs-backend-cpu, which simd, the fastest ' +
          "one without a GPU, is built on.\n  'fast' is not installed. Run: npm install the-fast-package",
      ),
    );
  });

  it('gives advice where it ends with a slow one, but not where that was asked for', async () => {
    const slow: Candidate = { ...working('slow'), advice: 'Run: npm install the-fast-package' };
    expect(await select([missing('fast'), slow])).toBe('slow');
    expect(notices).toEqual(["'slow' is slow. Run: npm install the-fast-package"]);
    notices.length = 0;
    expect(await select([slow], 'slow')).toBe('slow');
    expect(notices).toEqual([]);
  });

  it('says what to install and why each failed where none works, and leaves the backend as it was', async () => {
    await expect(select([missing('one'), failing('two', 'no memory')])).rejects.toThrow(
      'useBackend: no backend works here. Run: npm install @tensorflow/tfjs-backend-cpu, which simd, the fastest ' +
        'one without a GPU, is built on.\n' +
        "  'one' is not installed. Run: npm install the-one-package\n" +
        "  'two' is installed but does not work here: no memory.",
    );
    expect(getBackend()).toBe('cpu');
  });

  it('takes no other than the one asked for, and leaves the backend as it was', async () => {
    const broken = failing('one', new Error('no device'));
    await expect(select([broken, working('two')], 'one')).rejects.toThrow(
      "useBackend: 'one' is installed but does not work here: no device.",
    );
    expect(getBackend()).toBe('cpu');
    expect(await select([working('one'), working('two')], 'two')).toBe('two');
  });

  it('takes no other in silence for one whose threads are chosen', async () => {
    const simd: Candidate = { ...failing('one', new Error('it has 2 threads already')), threaded: true };
    const all = [simd, working('two')];
    const wanted = { software: false, threads: 4 };
    await expect(selectBackend(all, ['one', 'two'], undefined, undefined, wanted)).rejects.toThrow(
      "useBackend: 'one' is installed but does not work here: it has 2 threads already. " +
        'To take another in its place, ask for that by its name, or set onNotice.',
    );
    expect(getBackend()).toBe('cpu');
    expect(await select(all)).toBe('two');
  });

  it('leaves no tensor behind', async () => {
    const before = memory().numTensors;
    await select([working('one')]);
    expect(memory().numTensors).toBe(before);
  });
});

describe('useBackend', () => {
  it('takes simd before wasm and cpu', async () => {
    expect(await useBackend()).toBe('simd');
    expect(getBackend()).toBe('simd');
  });

  it('takes wasm when it is asked for, completed for training', async () => {
    expect(await useBackend('wasm')).toBe('wasm');
    expect(getBackend()).toBe('wasm');
    expect(getKernel('Conv2DBackpropFilter', 'wasm')).toBeDefined();
  });

  it('takes the one asked for', async () => {
    expect(await useBackend('cpu')).toBe('cpu');
    expect(getBackend()).toBe('cpu');
  });

  it('takes the one that the environment asks for, unless the argument does', async () => {
    vi.stubEnv('TFJS_MULTITASK_BACKEND', 'cpu');
    expect(await useBackend()).toBe('cpu');
    expect(await useBackend('wasm')).toBe('wasm');
    vi.stubEnv('TFJS_MULTITASK_BACKEND', '');
    expect(await useBackend()).toBe('simd');
  });

  it.each(['node', 'node-gpu'] as const)('says how to install %s where it is not', async (name) => {
    await expect(useBackend(name)).rejects.toThrow(
      `useBackend: '${name}' is not installed. Run: npm install @tensorflow/tfjs-${name}`,
    );
    expect(getBackend()).toBe('cpu');
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s threads', async (threads) => {
    await expect(useBackend('simd', { threads })).rejects.toThrow(
      new RangeError(`useBackend: threads must be an integer of at least 1, got ${threads}.`),
    );
    expect(getBackend()).toBe('cpu');
  });

  it('shares the work of simd among the threads that were asked for', async () => {
    removeBackend('simd'); // registered by the tests before, with as many threads as there are cores
    expect(await useBackend('simd', { threads: 3 })).toBe('simd');
    expect(simdThreads()).toBe(3);
    await setBackend('cpu');
    removeBackend('simd');
    expect(await useBackend(undefined, { threads: 1 })).toBe('simd');
    expect(simdThreads()).toBe(1);
    expect(await useBackend('cpu', { threads: 2 })).toBe('cpu');
    removeBackend('simd');
  });

  it('neither changes the threads of a simd that runs nor takes another backend in silence', async () => {
    await useBackend('simd', { threads: 1 });
    expect(await useBackend('simd', { threads: 1 })).toBe('simd');
    expect(await useBackend('simd')).toBe('simd');
    const refused = "threads: 2 meets a backend 'simd' that is registered already with threads: 1";
    await expect(useBackend('simd', { threads: 2 })).rejects.toThrow(refused);
    await expect(useBackend(undefined, { threads: 2 })).rejects.toThrow(refused);
    const onNotice = vi.fn();
    expect(await useBackend(undefined, { threads: 2, onNotice })).toBe('wasm');
    expect(onNotice).toHaveBeenCalledExactlyOnceWith(expect.stringContaining(refused));
    await setBackend('cpu');
    removeBackend('simd');
  });

  it('names the backends it knows where asked for another', async () => {
    const names = "'node-gpu', 'node', 'webgpu', 'webgl', 'simd', 'wasm', 'cpu'";
    await expect(useBackend('gpu' as 'cpu')).rejects.toThrow(
      new RangeError(`useBackend: name must be one of ${names}; got 'gpu'.`),
    );
    vi.stubEnv('TFJS_MULTITASK_BACKEND', 'cuda');
    await expect(useBackend()).rejects.toThrow(
      new RangeError(`useBackend: TFJS_MULTITASK_BACKEND must be one of ${names}; got 'cuda'.`),
    );
  });
});
