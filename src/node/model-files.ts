import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { readRegularText } from './regular-file';

/** Far beyond any topology, in bytes. */
const LONGEST = 64 * 1024 ** 2;

/** The content of `model.json`; `sha256` is ours. */
export type ModelDocument = Partial<io.ModelJSON> & { readonly sha256?: string | undefined };

export function modelFile(path: string): string {
  return path.endsWith('.json') ? path : join(path, 'model.json');
}

/** @throws {Error} where there is no such file, or it is none that can be a `model.json`. */
export async function readModelText(file: string): Promise<string> {
  try {
    return await readRegularText(file, LONGEST);
  } catch (error) {
    throw new Error(`${file}: expected a saved model: ${(error as Error).message}.`, { cause: error });
  }
}

function sha256(chunks: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

/** Over everything that `model.json` says besides this, and the weights. */
export function modelDigest({ sha256: _, ...document }: ModelDocument, weights: readonly Uint8Array[]): string {
  return sha256([JSON.stringify(document), ...weights]);
}

/** The name of the weights follows their content, so that new weights never overwrite those in use. */
export function weightsName(file: string, weights: readonly Uint8Array[]): string {
  return `${basename(file, '.json')}.${sha256(weights).slice(0, 16)}.bin`;
}

/** Whether a name is one that {@link weightsName} returns for this model file. */
export function isWeightsName(file: string, name: string): boolean {
  const stem = `${basename(file, '.json')}.`;
  return name.startsWith(stem) && /^[0-9a-f]{16}\.bin$/.test(name.slice(stem.length));
}
