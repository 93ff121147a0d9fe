import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { getBackend, KernelBackend, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkOneCore } from '../../../src/backends/choose/check-one-core';

const { resolve } = createRequire(import.meta.url);
const core = dirname(resolve('@tensorflow/tfjs-core/package.json'));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(core, '../../.other-core-')); // inside node_modules, where it finds what it needs
});

afterEach(async () => {
  await setBackend('cpu');
  removeBackend('other');
  await rm(folder, { recursive: true });
});

/** A backend made with a copy of tfjs-core of its own. */
async function otherBackend(): Promise<KernelBackend> {
  const copy = join(folder, 'node_modules/@tensorflow/tfjs-core');
  await mkdir(join(copy, 'dist'), { recursive: true });
  for (const file of ['package.json', 'dist/tf-core.node.js']) await cp(join(core, file), join(copy, file));
  const other = createRequire(import.meta.url)(copy) as { readonly KernelBackend: typeof KernelBackend };
  expect(other.KernelBackend).not.toBe(KernelBackend);
  class OtherBackend extends other.KernelBackend {
    override dispose(): void {}
  }
  return new OtherBackend();
}

it('says nothing where there is one', async () => {
  registerBackend('other', () => new MathBackendCPU());
  await setBackend('other');
  await expect(checkOneCore('the-package')).resolves.toBeUndefined();
});

it('names both where the backend was made with another', async () => {
  const other = await otherBackend();
  registerBackend('other', () => other);
  await setBackend('other');
  expect(getBackend()).toBe('other');
  const error = await checkOneCore('the-package').catch((thrown: Error) => thrown);
  const { message } = error as Error;
  expect(message).toMatch(
    /^the-package uses another copy of @tensorflow\/tfjs-core than tfjs-multitask: .* and .*npm dedupe/,
  );
  for (const place of [core, folder]) expect(message).toContain(place);
});
