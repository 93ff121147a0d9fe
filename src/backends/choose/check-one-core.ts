import { backend, KernelBackend } from '@tensorflow/tfjs-core';
import { importBuiltin, isNode } from '../../internal/environment';

/** The folders of the copies of tfjs-core that Node has loaded; none in browsers, which do not list them. */
async function loadedCores(): Promise<string[]> {
  if (!isNode()) return [];
  const { default: module } = await importBuiltin<{ readonly default: { readonly _cache?: object | undefined } }>(
    'node:module',
  );
  const folders = Object.keys(module._cache ?? {}).map((path) => /^(.*[\\/]tfjs-core)[\\/]dist[\\/]/.exec(path)?.[1]);
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

/**
 * Checks that the backend which is set was made with the library's own copy of tfjs-core. Copies in one process share
 * their tensors and kernels, but neither knows the other's file handlers, serializable classes and flags.
 *
 * @throws {Error} which names the copies, where their paths are known.
 */
export async function checkOneCore(packageName: string): Promise<void> {
  if (backend() instanceof KernelBackend) return;
  const folders = await loadedCores();
  const places = folders.length > 1 ? `: ${folders.join(' and ')}` : '';
  throw new Error(
    `${packageName} uses another copy of @tensorflow/tfjs-core than tfjs-multitask${places}. Install all of TensorFlow.js in one version; npm dedupe then leaves one copy`,
  );
}
