import { dirname } from 'node:path';
import { io } from '@tensorflow/tfjs-core';
import { anything, fields, listOf, text } from '../internal/readers';
import { checkTopology, isGraphTopology } from '../models/check-topology';
import { checkByteLength, checkWeightSpecs, type WeightSizes } from '../models/check-weights';
import { isWeightsName, type ModelDocument, modelDigest, modelFile, readModelText } from './model-files';
import { openRegularFile, type RegularFile, readFully } from './regular-file';
import { resolveInside } from './resolve-inside';

/** Files of weights; TensorFlow.js writes one for each 4 MB. */
const MOST_FILES = 10_000;

const readDocument = fields({ modelTopology: anything, weightsManifest: anything });
const readManifest = listOf(fields({ paths: listOf(text), weights: listOf(anything) }));

function parse(file: string, content: string): ModelDocument {
  try {
    return JSON.parse(content) as ModelDocument;
  } catch (error) {
    throw new Error(`${file}: expected a saved model, found broken JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** Some names, the first ones of many. */
function list(paths: readonly string[]): string {
  return paths.length > 5 ? `${paths.slice(0, 5).join(', ')} and ${paths.length - 5} more` : paths.join(', ');
}

/** Does something with a file of weights; errors say whose they are. */
async function withWeights<V>(file: string, path: string, use: (opened: RegularFile) => V | Promise<V>): Promise<V> {
  try {
    const opened = await openRegularFile(await resolveInside(dirname(file), path));
    try {
      return await use(opened);
    } finally {
      await opened.handle.close();
    }
  } catch (error) {
    const reason = (error as Error).message.replace(/\.$/, '');
    throw new Error(`${file}: expected its weights in ${path}: ${reason}.`, { cause: error });
  }
}

/**
 * All weights, in one buffer, since TensorFlow.js 4.22 reads zeros out of two buffers of which the second is the larger
 * one. It is made once the files are known to be as long as the manifest says.
 */
async function readWeights(
  file: string,
  paths: readonly string[],
  sizes: WeightSizes,
): Promise<Uint8Array<ArrayBuffer>> {
  if (paths.length > MOST_FILES) {
    throw new RangeError(`${file}: expected at most ${MOST_FILES} files of weights, found ${paths.length}.`);
  }
  const lengths: number[] = [];
  for (const path of paths) lengths.push(await withWeights(file, path, ({ size }) => size));
  const total = lengths.reduce((sum, length) => sum + length, 0);
  checkByteLength(sizes, total, file, ` in ${list(paths)}`);
  const weights = new Uint8Array(total);
  let at = 0;
  for (const [i, path] of paths.entries()) {
    const part = weights.subarray(at, at + lengths[i]);
    await withWeights(file, path, ({ handle }) => readFully(handle, part));
    at += part.length;
  }
  return weights;
}

/** Throws unless the checksum is that of the content. A model of this library has one: its weights' name tells. */
function checkDigest(file: string, document: ModelDocument, paths: readonly string[], weights: Uint8Array): void {
  if (!Object.hasOwn(document, 'sha256')) {
    if (!paths.some((path) => isWeightsName(file, path))) return;
    throw new Error(`${file}: expected the SHA-256 that is written with ${list(paths)}, found none.`);
  }
  const sha256 = text(document.sha256, `${file}: sha256`);
  if (sha256 === modelDigest(document, [weights])) return;
  throw new Error(`${file}: expected the SHA-256 ${sha256.slice(0, 64)}; it or ${list(paths)} was changed or is torn.`);
}

async function readModel(file: string, content: string): Promise<io.ModelArtifacts> {
  const document = parse(file, content);
  const { modelTopology, weightsManifest } = readDocument(document, file);
  if (typeof modelTopology !== 'object' || modelTopology === null) {
    throw new Error(`${file}: expected a saved model, found JSON without modelTopology.`);
  }
  const groups = readManifest(weightsManifest, `${file}: weightsManifest`);
  if (groups.length === 0) {
    throw new Error(`${file}: expected the model's weights in weightsManifest, found none: it would load untrained.`);
  }
  const paths = groups.flatMap((group) => group.paths);
  const specs = groups.flatMap((group) => group.weights) as io.WeightsManifestEntry[];
  const sizes = checkWeightSpecs(specs, `${file}: weights`);
  const weights = await readWeights(file, paths, sizes);
  checkDigest(file, document, paths, weights);
  if (!isGraphTopology(modelTopology)) checkTopology(modelTopology, file, sizes.longest);
  return io.getModelArtifactsForJSON(document as io.ModelJSON, async () => [specs, weights.buffer]);
}

/** The `load` of `fileSystem`. */
export async function loadModelFiles(path: string): Promise<io.ModelArtifacts> {
  const file = modelFile(path);
  for (let content = await readModelText(file); ; ) {
    try {
      return await readModel(file, content);
    } catch (error) {
      // If another save happened in between, the weights that this text names may be gone.
      const now = await readModelText(file);
      if (now === content) throw error;
      content = now;
    }
  }
}
