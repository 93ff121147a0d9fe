import type { io } from '@tensorflow/tfjs-core';
import { joinBytes } from '../../internal/join-bytes';
import { anything, fields, listOf, text } from '../../internal/readers';
import { checkByteLength, checkWeightSpecs } from '../../models/check-weights';
import { BYTES, sizeOf, toFloats } from '../numbers';
import type { StoredTensor, StoredType, WeightFile, WeightPlace } from '../weight-file';

const readDocument = fields({ weightsManifest: listOf(fields({ paths: listOf(text), weights: listOf(anything) })) });
/** Files of weights; TensorFlow.js writes one for each 4 MB. */
const MOST_FILES = 10_000;

/** Whether a file begins as JSON does. */
export function isJson(bytes: Uint8Array): boolean {
  const first = bytes.subarray(0, 64).find((byte) => byte > 0x20);
  return first === 0x7b;
}

function placeOf(name: string): WeightPlace | undefined {
  const at = name.lastIndexOf('/');
  return at > 0 ? { layer: name.slice(0, at), weight: name.slice(at + 1) } : undefined;
}

function tensorsOf(specs: readonly io.WeightsManifestEntry[], bytes: Uint8Array, source: string): StoredTensor[] {
  const { exact, ...sizes } = checkWeightSpecs(specs, `${source}: weights`);
  if (!exact) throw new TypeError(`${source}: expected weights of numbers, found strings.`);
  checkByteLength({ exact, ...sizes }, bytes.length, source);
  let at = 0;
  return specs.map(({ name, shape, dtype, quantization }) => {
    const stored = (quantization?.dtype ?? dtype) as StoredType | 'complex64';
    if (stored === 'complex64') throw new TypeError(`${source}: expected real numbers in ${name}, found complex ones.`);
    const { scale = 1, min = 0 } = quantization ?? {};
    const isScaled = quantization !== undefined && stored !== 'float16';
    const from = at;
    at += sizeOf(shape) * BYTES[stored];
    const part = bytes.subarray(from, at);
    const read = (): Float32Array => {
      const floats = toFloats(part, stored);
      return isScaled ? floats.map((level) => level * scale + min) : floats;
    };
    return { name, shape, dtype: stored, place: placeOf(name), layout: 'keras', read };
  });
}

/**
 * The weights that an IOHandler has loaded.
 *
 * @throws {RangeError} where their data do not fit their list.
 * @throws {TypeError} where they are of types that are not read.
 */
export function readTfjsArtifacts({ weightSpecs, weightData }: io.ModelArtifacts, source: string): WeightFile {
  if (weightSpecs === undefined || weightData === undefined) {
    throw new RangeError(`${source}: expected a model with its weights, found none.`);
  }
  const tensors = tensorsOf(weightSpecs, joinBytes([weightData].flat().map((part) => new Uint8Array(part))), source);
  return { format: 'tfjs', source, tensors, besides: [], close: () => undefined };
}

/**
 * Reads the weights of a `model.json` of TensorFlow.js; `sibling` reads a file beside it.
 *
 * @throws {Error} that names the file where it is no such model, or its weights are missing or torn.
 */
export async function readTfjs(
  bytes: Uint8Array,
  source: string,
  sibling: (path: string) => Promise<Uint8Array>,
): Promise<WeightFile> {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Error(`${source}: expected a saved model, found broken JSON: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  const { weightsManifest } = readDocument(document, source);
  const paths = weightsManifest.flatMap((group) => group.paths);
  if (paths.length > MOST_FILES) throw new RangeError(`${source}: expected at most ${MOST_FILES} files of weights.`);
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    const part = await sibling(path).catch((error: Error) => {
      if (error.message.startsWith(source)) throw error;
      throw new Error(`${source}: its weights are not there: ${error.message}`, { cause: error });
    });
    parts.push(part);
  }
  const specs = weightsManifest.flatMap(({ weights }) => weights) as io.WeightsManifestEntry[];
  const tensors = tensorsOf(specs, joinBytes(parts), source);
  return { format: 'tfjs', source, tensors, besides: [], close: () => undefined };
}
