import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { peerDependencies } from '../../../package.json';

/** A package that the library can use, and its version where it is installed. */
export interface PackageFound {
  readonly name: string;
  /** Versions that the library takes. */
  readonly wanted: string;
  readonly found: string | null;
  /** What it is for. */
  readonly purpose: string;
}

/** What each package is for. */
const PURPOSES: Readonly<Record<keyof typeof peerDependencies, string>> = {
  '@tensorflow/tfjs-core': 'everything',
  '@tensorflow/tfjs-layers': 'everything',
  '@tensorflow/tfjs-backend-cpu': 'the backends simd and cpu',
  '@tensorflow/tfjs-backend-wasm': 'the backend wasm',
  '@tensorflow/tfjs-backend-webgl': 'the backend webgl, in browsers',
  '@tensorflow/tfjs-backend-webgpu': 'the backend webgpu',
  webgpu: 'the backend webgpu in Node',
  '@tensorflow/tfjs-node': 'the backend node',
  '@tensorflow/tfjs-node-gpu': 'the backend node-gpu, on NVIDIA GPUs',
  sharp: 'reading and writing images, as predict does',
  h5wasm: 'files of Keras (.h5, .keras)',
  'libsvm-js': 'training support-vector machines',
};

/** The version of a package as this program finds it; null where it does not. */
async function versionOf(name: string): Promise<string | null> {
  // Not by its name alone: not every package lets others read its package.json that way.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(await readFile(join(folder, name, 'package.json'), 'utf8')) as {
        version?: unknown;
      };
      return typeof version === 'string' ? version : '?';
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** The packages that the library can use. */
export const findPackages = (): Promise<PackageFound[]> =>
  Promise.all(
    (Object.keys(PURPOSES) as (keyof typeof PURPOSES)[]).map(async (name) => ({
      ...{ name, wanted: peerDependencies[name], found: await versionOf(name), purpose: PURPOSES[name] },
    })),
  );
