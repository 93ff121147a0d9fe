import type { io } from '@tensorflow/tfjs-core';
import { checkPath } from './check-path';
import { loadModelFiles } from './load-model-files';
import { modelFile } from './model-files';
import { saveModelFiles } from './save-model-files';

/**
 * A model on disk, for `model.save` and `loadLayersModel` under any backend: the TensorFlow.js layers format,
 * `model.json` and a file of weights beside it, which TensorFlow.js reads anywhere.
 *
 * A multitask model is written in standard layers, so that `loadLayersModel` reads it without this library; to go on
 * training load it with `loadMultitask`.
 *
 * `path`: a directory, or a file name that ends in `.json`. Saving replaces a model in one step: the weights get a name
 * from their content, then `model.json` is renamed over the old one, then the old weights are removed. So a crash
 * leaves the old model or the new one. `model.json` holds a SHA-256 of itself and the weights (`sha256`, which other
 * readers ignore); loading verifies it, and refuses a model of this library without it. Models that TensorFlow.js itself or
 * a converter wrote have no checksum and are not verified: only the number of bytes is compared. One process saves to a
 * path at a time.
 *
 * What is loaded can be a stranger's: only regular files are read, weights only as long as `model.json` says, and the
 * topology is checked before TensorFlow.js builds it, as by `loadMultitask`.
 *
 * @throws {Error} with the path, what was found and what was expected: a missing, truncated or changed file, no weights
 * or weights outside of the directory, a topology that cannot be built, a full disk.
 * @throws {RangeError} for an empty path.
 * @throws {TypeError} for a path that is not a text.
 * @example
 * ```ts
 * import { loadMultitask } from 'tfjs-multitask/models';
 * import { fileSystem } from 'tfjs-multitask/node';
 * import { unet } from 'tfjs-multitask/paper';
 *
 * const model = unet({ inputShape: [32, 32, 1], filters: 4 });
 * await model.net.save(fileSystem('runs/model'));
 * const loaded = await loadMultitask(fileSystem('runs/model'), ['segmentation']);
 * ```
 */
export function fileSystem(path: string): Required<io.IOHandler> & { readonly path: string } {
  checkPath(path, 'fileSystem: path');
  return {
    path: modelFile(path),
    save: (artifacts) => saveModelFiles(path, artifacts),
    load: () => loadModelFiles(path),
  };
}
