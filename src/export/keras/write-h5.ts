import type { Group } from 'h5wasm';
import { loadH5Wasm } from '../../internal/load-h5wasm';

/** A number array of an HDF5 file. */
interface H5Dataset {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint32Array;
}

/** The variables of a layer: a group with datasets '0', '1', ... */
export interface H5Vars {
  /** Names joined by '/'. */
  readonly path: string;
  /** An attribute, where there is one. */
  readonly name?: string | undefined;
  readonly vars: readonly H5Dataset[];
}

let written = 0;

/** An HDF5 file of groups of variables. @throws {Error} which `who` begins, without h5wasm and where memory is short. */
export async function writeH5(groups: readonly H5Vars[], who: string): Promise<Uint8Array> {
  const h5 = await loadH5Wasm(who);
  const { FS } = await h5.ready;
  const path = `/tfjs-multitask-written-${written++}.h5`;
  const file = new h5.File(path, 'w');
  try {
    const made = new Map<string, Group>();
    const group = (name: string): Group => {
      const found = made.get(name);
      if (found !== undefined) return found;
      const slash = name.lastIndexOf('/');
      const parent = slash < 0 ? file : group(name.slice(0, slash));
      const own = parent.create_group(name.slice(slash + 1)) as Group;
      made.set(name, own);
      return own;
    };
    for (const { path: at, name, vars } of groups) {
      const own = group(at);
      if (name !== undefined) own.create_attribute('name', name);
      for (const [i, { shape, values }] of vars.entries()) {
        const dtype = values instanceof Float32Array ? '<f4' : '<I';
        own.create_dataset({ name: String(i), data: values, shape: [...shape], dtype });
      }
    }
    file.close();
    return FS.readFile(path);
  } catch (error) {
    throw new Error(`${who}: the weights could not be written as HDF5: ${(error as Error).message}.`, { cause: error });
  } finally {
    FS.unlink(path);
  }
}
