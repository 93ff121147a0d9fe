import type { KerasH5 } from './keras-h5';
import { readKerasH5 } from './keras-h5';
import { listZip, readZip } from './zip';

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

/** Whether an archive is one of Keras, by its entries. */
export function isKerasArchive(names: ReadonlySet<string>): boolean {
  return names.has(CONFIG) && names.has('metadata.json');
}

/**
 * Reads the list of weights of a `.keras` file, and its topology.
 *
 * @throws {Error} that names the file where it is torn or has no weights that are read.
 */
export async function readKerasZip(bytes: Uint8Array, source: string): Promise<KerasH5> {
  const names = listZip(bytes, source);
  if (!names.has(WEIGHTS)) {
    throw new Error(`${source}: expected ${WEIGHTS} in the archive, found ${[...names].slice(0, 5).join(', ')}.`);
  }
  const files = readZip(bytes, source, (name) => name === CONFIG || name === WEIGHTS);
  const weights = await readKerasH5(files.get(WEIGHTS) as Uint8Array, source);
  return { ...weights, format: 'keras', source, config: new TextDecoder().decode(files.get(CONFIG)) };
}
