import { expect, it } from 'vitest';
import { peerDependencies, version } from '../../package.json';
import { readTrial } from '../../src/cli/doctor/read-trial';
import { start } from './start';

const MINUTES = 5 * 60_000;

it(
  'finds what works here, and what a program gets',
  async () => {
    const { code, stdout, stderr } = await start(['doctor', '--json'], { TFJS_MULTITASK_BACKEND: '' }).ended;
    const found = JSON.parse(stdout);
    expect([code, stderr]).toEqual([0, '']);
    expect(found).toMatchObject({ version, node: process.version, simd: true, askedFor: null });
    expect(found.packages.map(({ name }: { name: string }) => name).sort()).toEqual(
      Object.keys(peerDependencies).sort(),
    );
    const core = found.packages.find(({ name }: { name: string }) => name === '@tensorflow/tfjs-core');
    expect(core).toMatchObject({ found: '4.22.0', wanted: '^4.22.0' });
    const states = Object.fromEntries(found.backends.map((state: { name: string }) => [state.name, state]));
    expect(Object.keys(states)).toEqual(['node-gpu', 'node', 'webgpu', 'simd', 'wasm', 'cpu']);
    expect(states.simd).toMatchObject({ works: true, threads: Math.min(16, found.cores) });
    expect([states.wasm.works, states.cpu.works]).toEqual([true, true]);
    const first = found.backends.find(({ works }: { works: boolean }) => works);
    expect(found.used).toBe(first.name);
  },
  MINUTES,
);

it(
  'ends with 1 where what is asked for does not work, and prints all the same',
  async () => {
    const { code, stdout, stderr } = await start(['doctor'], { TFJS_MULTITASK_BACKEND: 'webgl' }).ended;
    expect(code).toBe(1);
    expect(stdout).toContain('Programs fail: TFJS_MULTITASK_BACKEND asks for webgl, which does not work here.');
    expect(stderr).toBe(
      "tfjs-multitask: the backend 'webgl', which TFJS_MULTITASK_BACKEND asks for, does not work here; see the list above.\n",
    );
  },
  MINUTES,
);

it('says how a process ended that did not tell', () => {
  expect(readTrial('greetings\n\n{"works":true,"threads":2}\n', null)).toEqual({ works: true, threads: 2 });
  expect(readTrial('', { signal: 'SIGSEGV' })).toEqual({
    ...{ works: false, reason: 'The process that tried it crashed (SIGSEGV).' },
  });
  expect(readTrial('half a li', { killed: true, signal: 'SIGTERM' })).toMatchObject({
    reason: 'It did not begin to compute within 60 seconds.',
  });
  expect(readTrial('7', null)).toEqual({ works: false, reason: 'The process that tried it crashed.' });
});
