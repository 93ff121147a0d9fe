import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SWIFTSHADER_ADVICE, swiftShaderEnvironment } from '../../../support/swiftshader';

const environment = swiftShaderEnvironment();
const MINUTES = 10;

/**
 * What tests/backends/patches/webgpu/child.ts gives for `name`, in a process that finds the GPUs of `gpus`. It must end
 * by itself.
 */
async function run(name: string, gpus: Record<string, string>) {
  return (await runAndListen(name, gpus)).result;
}

/** The same, and what the process printed on stderr: Dawn's library writes there, past Node. */
async function runAndListen(name: string, gpus: Record<string, string>) {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', 'tests/backends/patches/webgpu/child.ts', name],
    { env: { ...process.env, TFJS_MULTITASK_BACKEND: '', ...gpus }, timeout: MINUTES * 60_000 },
  );
  return { result: JSON.parse(stdout.trim().split('\n').at(-1)!), stderr };
}

const onSwiftShader = (name: string) => {
  if (environment === undefined) throw new Error(SWIFTSHADER_ADVICE);
  return run(name, environment);
};

/** WGSL lets sin and cos be off by 2^-11, and what is made of them or of atan2 with them. */
const loose = { acos: 1e-4, cos: 5e-4, sin: 5e-4, tan: 5e-4 } as const;

// .ci/run brings it and demands it; on a machine without it this says what is missing.
describe.skipIf(environment === undefined && !process.env.REQUIRE_SWIFTSHADER)(
  `webgpu in Node, on SwiftShader${environment ? '' : ` (skipped: ${SWIFTSHADER_ADVICE})`}`,
  { timeout: MINUTES * 60_000 },
  () => {
    it('gives the values and gradients of the cpu backend for every differentiable op, and leaves nothing behind', async () => {
      const outcomes: { name: string; difference: number; left: number }[] = await onSwiftShader('computeGradients');
      expect(outcomes.length).toBeGreaterThan(90);
      const wrong = outcomes.filter(
        ({ name, difference, left }) => left !== 0 || !(difference < (loose[name as keyof typeof loose] ?? 1e-5)),
      );
      expect(wrong).toEqual([]);
    });

    it('convolves and adds within the rounding of single precision, and leaves nothing behind', async () => {
      const outcomes: { name: string; error: number; left: number }[] = await onSwiftShader('runKernels');
      expect(outcomes.length).toBeGreaterThan(15);
      expect(outcomes.filter(({ error, left }) => left !== 0 || !(error <= 1))).toEqual([]);
    });

    it("makes Adam's steps as double precision does, with a factor, without gradients, and past frozen weights", async () => {
      const outcomes: { factor: number; error: number; frozen: boolean }[] = await onSwiftShader('stepAdam');
      expect(outcomes.map(({ factor }) => factor)).toEqual([1, 0.5]);
      for (const { error, frozen } of outcomes) {
        expect(error).toBeLessThan(20 * 2 ** -23); // a unit in the last place for each of 20 steps
        expect(frozen).toBe(true);
      }
    });

    it('says that the GPU was lost, and goes on from the last checkpoint to the same losses', async () => {
      const { undisturbed, lost, read, computed, resumed } = await onSwiftShader('resumeAfterLoss');
      for (const message of [lost, read, computed]) {
        expect(message).toMatch(
          /^webgpu: the GPU SwiftShader.* was lost \(destroyed\): .*useBackend\('webgpu'\) again/,
        );
      }
      expect(resumed).toEqual(undisturbed);
    });

    it('refuses a software renderer unless it is asked for, and tensors that it has no room for', async () => {
      const { unasked, automatic, notices, without, info, tooLarge, atOnce, after } =
        await onSwiftShader('listFailures');
      expect(unasked).toMatch(/^useBackend: 'webgpu' .*its GPU is a software renderer \(SwiftShader.*software: true/);
      expect(automatic).toBe('simd');
      expect(notices.join('\n')).toContain(
        "'webgpu' is installed but does not work here: its GPU is a software renderer",
      );
      expect(without).toBe(true);
      expect(info).toMatchObject({ backend: 'webgpu', software: true });
      expect(info.name).toContain('SwiftShader');
      expect(info.limits.maxBufferSize).toBeGreaterThan(2 ** 27);
      expect(tooLarge).toBe(
        `webgpu: a tensor of shape [600,1024,1024] needs 2400 MiB, and ${info.name} allows ` +
          `${info.limits.maxBufferSize / 2 ** 20} MiB in one buffer (maxBufferSize ${info.limits.maxBufferSize}). ` +
          'Take a smaller batch with accumulate, smaller images or fewer filters.',
      );
      expect(atOnce).toBe('webgpu: in Node a tensor on the GPU cannot be read at once: await its data().');
      expect(after).toEqual([2, 2, 2]);
    });
  },
);

describe('webgpu in Node, without a GPU', () => {
  it('says what Dawn needs, and what it says, and lets it print nothing', async () => {
    const { result, stderr } = await runAndListen('choose', { VK_DRIVER_FILES: '/nowhere.json', LD_LIBRARY_PATH: '' });
    const { unasked, automatic, notices } = result;
    expect(stderr).toBe('');
    expect(notices).toHaveLength(1);
    expect(notices[0]).toBe(unasked.replace('useBackend: ', ''));
    const library = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib'].some((folder) =>
      existsSync(`${folder}/libvulkan.so.1`),
    );
    if (process.platform === 'linux' && !library) {
      expect(unasked).toContain(
        "Direct3D 12, and says: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object",
      );
    }
    expect(unasked).toMatch(/^useBackend: 'webgpu' is installed but does not work here: it finds no GPU: Dawn needs/);
    expect(automatic).toBe('simd');
  });
});
