import { join } from 'node:path';
import { isFloats } from '../internal/readers';
import type { FeatureStore, PlainData } from '../types';
import { readArchive, writeArchive } from './archive';
import { checkPath } from './check-path';

/** What an archive of features holds: its key too, so that a file which was renamed is noticed. */
function contentOf(archive: PlainData, key: string): Float32Array | undefined {
  const { kind, key: own, values } = (archive ?? {}) as Readonly<Record<string, unknown>>;
  return kind === 'features' && own === key && isFloats(values) ? values : undefined;
}

/** Whether a file could not be opened or read, which another try does not change, in place of holding something else. */
function isDenied(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code !== undefined && code !== 'ENOENT';
}

/**
 * A folder in which `cacheFeatures` and `extractFeatures` keep what they compute, a file for each image: the next call and other
 * processes find it.
 *
 * Files are found by a SHA-256 of the frozen layers, their weights, the backend and the image, so that features of other weights or
 * images are never taken. They are written in one step and verified by a checksum when they are read: one that is torn, changed or of
 * something else is computed and written again. Nothing is removed; the folder can be deleted at any time. {@link removeLeftovers} clears what
 * killed writers left, with `recursive: true`.
 *
 * @throws {RangeError} for an empty path.
 * @throws {TypeError} for a path that is not a text.
 * @throws {Error} with the path where a file cannot be read or written.
 * @example
 * ```ts
 * import { UNetEncoder, MLPHead } from 'tfjs-multitask/layers';
 * import { extractFeatures, multitask } from 'tfjs-multitask/models';
 * import { featureFolder } from 'tfjs-multitask/node';
 * import { phantomDataset } from 'tfjs-multitask/paper';
 *
 * const dataset = phantomDataset({ counts: { covid: 1, normal: 1 }, size: 32, masks: 1 });
 * const heads = { covid: MLPHead({ filters: 0, units: [2] }) };
 * const model = multitask({ inputShape: [32, 32, 1], encoder: UNetEncoder({ filters: [2, 4] }), heads, seed: 1 });
 * const options = { layers: ['encoder/level2/conv2'], store: featureFolder('features') };
 * const { features } = await extractFeatures(model, dataset, options); // from the second call on only read
 * ```
 */
export function featureFolder(path: string): FeatureStore {
  checkPath(path, 'featureFolder: path');
  const fileOf = (key: string): string => {
    if (!/^[0-9a-f]{64}$/.test(key))
      throw new RangeError(`featureFolder: a key must be 64 digits of a SHA-256, got '${key}'.`);
    return join(path, key.slice(0, 2), `${key}.tfmt`);
  };
  return {
    async get(key) {
      try {
        return contentOf(await readArchive(fileOf(key)), key);
      } catch (error) {
        if (error instanceof RangeError || isDenied(error)) throw error;
        return undefined;
      }
    },
    set: (key, values) => writeArchive(fileOf(key), { kind: 'features', key, values }),
  };
}
