import type { io } from '@tensorflow/tfjs-core';
import { loadModelFiles } from './load-model-files';
import { saveModelFiles } from './save-model-files';

/**
 * A model on disk, for `model.save` and `loadLayersModel` under any backend: the TensorFlow.js layers format,
 * `model.json` and a file of weights beside it, which TensorFlow.js reads anywhere.
 *
 * `path`: a directory, or a file name that ends in `.json`. Saving replaces a model in one step: the weights get a name
 * from their content, then `model.json` is renamed over the old one, then the old weights are removed. So a crash
 * leaves the old model or the new one. `model.json` holds a SHA-256 of itself and the weights (`sha256`, which other
 * readers ignore); loading verifies it, or the number of bytes where another program wrote the model. One process saves
 * to a path at a time.
 *
 * @throws Error with the path, what was found and what was expected: a missing, truncated or changed file, weights
 * outside of the directory, a full disk.
 * @example
 * await model.net.save(fileSystem('runs/model'));
 * const net = await loadLayersModel(fileSystem('runs/model'));
 */
export function fileSystem(path: string): Required<io.IOHandler> {
  return {
    save: (artifacts) => saveModelFiles(path, artifacts),
    load: () => loadModelFiles(path),
  };
}
