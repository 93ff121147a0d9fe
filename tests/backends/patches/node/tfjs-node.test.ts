import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import {
  copyRegisteredKernels,
  findBackendFactory,
  getBackend,
  getKernelsForBackend,
  registerBackend,
  removeBackend,
  setBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerNodeTrainingKernels, useBackend } from '../../../../src/backends';
import { explainNativeError } from '../../../../src/backends/patches/node/explain-native-error';
import { prepareForTfjsNode } from '../../../../src/backends/patches/node/prepare';
import { whyNoGpu } from '../../../../src/backends/patches/node/why-no-gpu';
import { importBuiltin } from '../../../../src/internal/environment';

// What can be tested without the native libraries; tests/every-backend runs on the real ones.

/** The cpu backend in the place of TensorFlow's. */
class PlayedTensorFlow extends MathBackendCPU {
  constructor(readonly isUsingGpuDevice: boolean) {
    super();
  }
}

const started: { growth?: string }[] = [];

/** Stands in for a package that registers TensorFlow's backend when it is imported. */
function play(packageName: '#tfjs-node' | '#tfjs-node-gpu', gpu: boolean): void {
  vi.doMock(packageName, () => {
    started.push({ growth: process.env.TF_FORCE_GPU_ALLOW_GROWTH });
    copyRegisteredKernels('cpu', 'tensorflow');
    registerBackend('tensorflow', () => new PlayedTensorFlow(gpu));
    return {};
  });
}

beforeEach(async () => {
  vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', undefined);
  vi.stubEnv('TF_CPP_MIN_LOG_LEVEL', undefined);
  await setBackend('cpu');
  started.length = 0;
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.doUnmock('#tfjs-node');
  vi.doUnmock('#tfjs-node-gpu');
  vi.resetModules();
  if (findBackendFactory('tensorflow')) removeBackend('tensorflow');
  for (const { kernelName } of getKernelsForBackend('tensorflow')) unregisterKernel(kernelName, 'tensorflow');
});

describe('node-gpu', () => {
  it('is taken before all others, and lets the memory of the GPU grow', async () => {
    play('#tfjs-node-gpu', true);
    play('#tfjs-node', false);
    expect(await useBackend()).toBe('node-gpu');
    expect(getBackend()).toBe('tensorflow');
    expect(started).toEqual([{ growth: 'true' }]);
  });

  it('is refused where it computes without a GPU, with advice, and leaves the backend as it was', async () => {
    play('#tfjs-node-gpu', false);
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '-1');
    const message =
      "'node-gpu' is installed but does not work here: it finds no CUDA device: CUDA_VISIBLE_DEVICES is '-1'. " +
      'It needs an NVIDIA GPU, CUDA 11.2 and cuDNN 8.1.';
    await expect(useBackend('node-gpu')).rejects.toThrow(`useBackend: ${message}`);
    expect(getBackend()).toBe('cpu');
  });

  it('is taken without a GPU where that is said to do', async () => {
    play('#tfjs-node-gpu', false);
    expect(await useBackend('node-gpu', { software: true })).toBe('node-gpu');
  });

  it('gives way to node where somebody is told, and not in silence', async () => {
    play('#tfjs-node-gpu', false);
    play('#tfjs-node', false);
    await expect(useBackend()).rejects.toThrow(
      'To take another in its place, ask for that by its name, or set onNotice.',
    );
    const notices: string[] = [];
    expect(await useBackend(undefined, { onNotice: (message) => notices.push(message) })).toBe('node');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain("'node-gpu' is installed but does not work here: it finds no CUDA device");
  });
});

describe('what is said where TensorFlow finds no GPU', () => {
  const nothing = 'it finds no CUDA device';
  const missing =
    (...names: string[]) =>
    (name: string) => {
      throw new Error(
        names.includes(name)
          ? `${name}: cannot open shared object file: No such file or directory`
          : `Module did not self-register: '${name}'.`,
      );
    };

  beforeEach(() => vi.stubEnv('CUDA_VISIBLE_DEVICES', undefined));

  it.each([
    [['libcuda.so.1'], "NVIDIA's driver is missing (libcuda.so.1)"],
    [
      ['libcudart.so.11.0', 'libcudnn.so.8'],
      'CUDA is missing (libcudart.so.11.0, libcudnn.so.8), or its folders are not named in LD_LIBRARY_PATH',
    ],
    [
      ['libcuda.so.1', 'libcudnn.so.8'],
      "NVIDIA's driver is missing (libcuda.so.1); CUDA is missing (libcudnn.so.8), or its folders are not named in LD_LIBRARY_PATH",
    ],
  ])('names what is missing: %s', (names, reason) => {
    vi.stubGlobal('process', Object.create(process, { platform: { value: 'linux' } }));
    expect(whyNoGpu(missing(...names))).toBe(`${nothing}: ${reason}`);
  });

  it('claims nothing to be missing where all is there, nor where libraries have other names', () => {
    expect(whyNoGpu(missing())).toBe(nothing);
    vi.stubGlobal('process', Object.create(process, { platform: { value: 'win32' } }));
    expect(whyNoGpu(missing('libcuda.so.1'))).toBe(nothing);
  });

  it.each(['', '-1'])("says that CUDA_VISIBLE_DEVICES hides all GPUs: '%s'", (value) => {
    vi.stubEnv('CUDA_VISIBLE_DEVICES', value);
    expect(whyNoGpu(missing('libcuda.so.1'))).toBe(`${nothing}: CUDA_VISIBLE_DEVICES is '${value}'`);
  });

  it.runIf(process.platform === 'linux')("tells them apart by Node's own words", () => {
    const load = (name: string) => process.dlopen({ exports: {} }, name);
    expect(whyNoGpu(() => load('libof-nowhere.so.1'))).toMatch(/: CUDA is missing \(libof-nowhere\.so\.1\), or/);
    expect(whyNoGpu(() => load('libm.so.6'))).toBe(nothing);
    expect(whyNoGpu()).toContain(nothing);
  });
});

describe('the advice where a native library does not load', () => {
  it.each([
    [
      'libcudart.so.11.0: cannot open shared object file: No such file or directory',
      'the CUDA library libcudart.so.11.0 is missing: install CUDA 11.2 with cuDNN 8.1 and name their folder in LD_LIBRARY_PATH',
    ],
    [
      "Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file",
      'the CUDA library libcudnn.so.8 is missing: install CUDA 11.2 with cuDNN 8.1 and name their folder in LD_LIBRARY_PATH',
    ],
    [
      'libtensorflow.so.2: cannot open shared object file: No such file or directory',
      'its library libtensorflow.so.2 is missing, which its installer downloads. Run: npm rebuild the-package',
    ],
    [
      'libstdc++.so.6: cannot open shared object file: No such file or directory',
      "the system's library libstdc++.so.6 is missing",
    ],
    [
      'The Node.js native addon module (tfjs_binding.node) can not be found at path: /app/lib/tfjs_binding.node. \nPlease',
      'its native part is missing, as after an install without scripts or without its download. Run: npm rebuild the-package',
    ],
  ])('for: %s', (message, advice) => {
    const error = new Error(message);
    const explained = explainNativeError(error, 'the-package') as Error;
    expect(explained.message).toBe(advice);
    expect(explained.cause).toBe(error);
  });

  it('is the error itself where nothing better is known', () => {
    const error = new Error('invalid ELF header');
    expect(explainNativeError(error, 'the-package')).toBe(error);
  });
});

describe('getting ready for tfjs-node', () => {
  it('gives util the functions back that Node 23 took from it', async () => {
    const { default: util } = await importBuiltin<{ default: Record<string, unknown> }>('node:util');
    const before = Object.getOwnPropertyDescriptors(util);
    delete util.isArray;
    delete util.isNullOrUndefined;
    try {
      const undo = await prepareForTfjsNode();
      const { isArray, isNullOrUndefined } = util as Record<string, (value: unknown) => boolean>;
      expect([[], 'a', undefined].map(isArray)).toEqual([true, false, false]);
      expect([null, undefined, 0, ''].map(isNullOrUndefined)).toEqual([true, true, false, false]);
      expect(Object.keys(util)).not.toContain('isArray');
      undo();
      expect('isArray' in util).toBe(false);
    } finally {
      for (const name of ['isArray', 'isNullOrUndefined']) {
        delete util[name];
        if (before[name]) Object.defineProperty(util, name, before[name]);
      }
    }
  });

  it('leaves what Node still has', async () => {
    const { default: util } = await importBuiltin<{ default: Record<string, unknown> }>('node:util');
    const own = () => true;
    const before = Object.getOwnPropertyDescriptor(util, 'isArray');
    util.isArray = own;
    try {
      await prepareForTfjsNode();
      expect(util.isArray).toBe(own);
    } finally {
      delete util.isArray;
      if (before) Object.defineProperty(util, 'isArray', before);
    }
  });

  it('leaves no trace where neither is installed', async () => {
    const { default: util } = await importBuiltin<{ default: Record<string, unknown> }>('node:util');
    const before = Object.getOwnPropertyNames(util);
    expect(await useBackend()).toBe('simd');
    expect(Object.getOwnPropertyNames(util)).toEqual(before);
    expect(process.env.TF_FORCE_GPU_ALLOW_GROWTH).toBeUndefined();
    expect(process.env.TF_CPP_MIN_LOG_LEVEL).toBeUndefined();
  });

  it('leaves the settings of TensorFlow that are set', async () => {
    vi.stubEnv('TF_FORCE_GPU_ALLOW_GROWTH', 'false');
    await prepareForTfjsNode();
    expect(process.env.TF_FORCE_GPU_ALLOW_GROWTH).toBe('false');
    expect(process.env.TF_CPP_MIN_LOG_LEVEL).toBe('1');
  });
});

describe('registering training kernels for tfjs-node that was not imported', () => {
  it('says which package to import', () => {
    expect(() => registerNodeTrainingKernels()).toThrow(
      "registerNodeTrainingKernels: import '@tensorflow/tfjs-node' or '@tensorflow/tfjs-node-gpu' first.",
    );
  });
});
