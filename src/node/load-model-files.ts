import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { type ModelDocument, modelDigest, modelFile } from './model-files';
import { resolveInside } from './resolve-inside';

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** Bytes that the weights take; undefined where there are strings, whose length only the data tells. */
function byteLength(specs: readonly io.WeightsManifestEntry[]): number | undefined {
  let bytes = 0;
  for (const { shape, dtype, quantization } of specs) {
    if (dtype === 'string') return undefined;
    bytes += BYTES[quantization?.dtype ?? dtype] * shape.reduce((product, n) => product * n, 1);
  }
  return bytes;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Error(`${file}: expected a saved model: ${(error as Error).message}.`, { cause: error });
  }
}

async function readWeights(file: string, paths: readonly string[]): Promise<Uint8Array<ArrayBuffer>[]> {
  const read = async (path: string): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      return new Uint8Array(await readFile(await resolveInside(dirname(file), path)));
    } catch (error) {
      throw new Error(`${file}: expected its weights in ${path}: ${(error as Error).message}.`, { cause: error });
    }
  };
  return Promise.all(paths.map(read));
}

async function readModel(file: string, text: string): Promise<io.ModelArtifacts> {
  let document: ModelDocument;
  try {
    document = JSON.parse(text) as ModelDocument;
  } catch (error) {
    throw new Error(`${file}: expected a saved model, found broken JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (document?.modelTopology === undefined) {
    throw new Error(`${file}: expected a saved model, found JSON without modelTopology.`);
  }
  const groups = document.weightsManifest ?? [];
  const paths = groups.flatMap((group) => group.paths);
  const weights = await readWeights(file, paths);
  if (document.sha256 !== undefined && document.sha256 !== modelDigest(document, weights)) {
    throw new Error(
      `${file}: expected the SHA-256 ${document.sha256}; it or ${paths.join(', ')} was changed or is torn.`,
    );
  }
  const specs = groups.flatMap((group) => group.weights);
  const found = weights.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const expected = byteLength(specs);
  if (expected !== undefined && found !== expected) {
    throw new Error(`${file}: expected ${expected} bytes of weights in ${paths.join(', ')}, found ${found}.`);
  }
  // One buffer, since TensorFlow.js 4.22 reads zeros out of two buffers of which the second is the larger one.
  const joined = io.CompositeArrayBuffer.join(weights.map(({ buffer }) => buffer));
  return io.getModelArtifactsForJSON(document as io.ModelJSON, async () => [specs, joined]);
}

/** The `load` of `fileSystem`. */
export async function loadModelFiles(path: string): Promise<io.ModelArtifacts> {
  const file = modelFile(path);
  for (let text = await readText(file); ; ) {
    try {
      return await readModel(file, text);
    } catch (error) {
      // If another save happened in between, the weights that this text names may be gone.
      const now = await readText(file);
      if (now === text) throw error;
      text = now;
    }
  }
}
