import { readKerasH5 } from './formats/keras-h5';
import { isKerasArchive, readKerasZip } from './formats/keras-zip';
import { readOnnx } from './formats/onnx';
import { isOnnx } from './formats/onnx-graph';
import { isH5 } from './formats/open-h5';
import { isSafetensors, readSafetensors } from './formats/safetensors';
import { isJson, readTfjs, readTfjsArtifacts } from './formats/tfjs';
import { isLegacyTorch, readLegacyTorch, readTorchZip, torchFolder } from './formats/torch';
import { isZip, listZip } from './formats/zip';
import { isHandler, readSource, type SourceBytes } from './source/read-source';
import type { WeightSource } from './source/weight-source';
import type { WeightFile } from './weight-file';

/** Reads a file in the format that its content shows; its name says nothing. */
async function openBytes({ name, bytes, sibling }: SourceBytes): Promise<WeightFile> {
  if (bytes.length === 0) throw new RangeError(`${name}: expected weights, found an empty file.`);
  if (isH5(bytes)) return readKerasH5(bytes, name);
  if (isZip(bytes)) {
    const names = listZip(bytes, name);
    if (isKerasArchive(names)) return readKerasZip(bytes, name);
    if (torchFolder(names) !== undefined) return readTorchZip(bytes, name);
    const some = [...names].slice(0, 5).join(', ');
    throw new TypeError(`${name}: expected an archive of Keras or PyTorch, found one of ${some || 'nothing'}.`);
  }
  if (isLegacyTorch(bytes)) return readLegacyTorch(bytes, name);
  if (isSafetensors(bytes)) return readSafetensors(bytes, name);
  if (isJson(bytes)) return readTfjs(bytes, name, sibling);
  if (isOnnx(bytes)) return readOnnx(bytes, name);
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new TypeError(
    `${name}: expected weights of Keras (.h5, .weights.h5, .keras), PyTorch (.pth), safetensors, ONNX or TensorFlow.js ` +
      `(model.json), found a file that begins with ${start}.`,
  );
}

/**
 * Reads the list of a file's weights, without their values: to see what they are called before they are mapped.
 *
 * The format is told by the content.
 *
 * @throws {RangeError} that names the file where its header or its list does not fit it.
 * @throws {TypeError} where it is in no format that is read.
 * @throws {Error} that names the file where it cannot be read, is torn, or asks for more than numbers.
 * @example
 * ```ts
 * import { openWeights } from 'tfjs-multitask/weights';
 *
 * const file = await openWeights('encoder.safetensors');
 * for (const { name, shape, dtype } of file.tensors) console.log(name, shape, dtype);
 * file.close();
 * ```
 */
export async function openWeights(source: WeightSource): Promise<WeightFile> {
  if (!isHandler(source)) return openBytes(await readSource(source, 'openWeights'));
  return readTfjsArtifacts((await source.load?.()) ?? {}, 'the handler');
}
