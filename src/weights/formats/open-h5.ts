import type { Attribute, Dataset, Entity, File, Group } from 'h5wasm';
import { loadH5Wasm } from '../../internal/load-h5wasm';
import { checkH5Heaps } from './check-h5-heaps';

const MAGIC = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether a file begins as HDF5 does. */
export function isH5(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

let opened = 0;
let open = 0;

/** An HDF5 file that is open. */
export interface H5File {
  readonly root: Group;
  /** The numbers of a dataset as they are stored: h5wasm itself has no half precision on older versions of Node. */
  bytesOf(dataset: Dataset): Uint8Array;
  close(): void;
}

/** @throws {Error} that names the file where it is torn, or h5wasm is not there. */
export async function openH5(bytes: Uint8Array, source: string): Promise<H5File> {
  const h5 = await loadH5Wasm(source);
  const module = await h5.ready;
  const { FS } = module;
  const path = `/tfjs-multitask-${opened++}.h5`;
  FS.writeFile(path, bytes);
  const remove = () => FS.unlink(path);
  let file: File;
  // Else HDF5 prints what it finds wrong, and goes on.
  if (open++ === 0) module.activate_throwing_error_handler();
  const letGo = () => {
    if (--open === 0) module.deactivate_throwing_error_handler();
  };
  try {
    checkH5Heaps(bytes);
    file = new h5.File(path, 'r');
    if (file.file_id <= 0n) throw new Error('it cannot be opened');
  } catch (error) {
    letGo();
    remove();
    throw new Error(`${source}: expected a whole HDF5 file, found a torn or broken one.`, { cause: error });
  }
  let isOpen = true;
  return {
    root: file,
    bytesOf({ file_id, path: name, metadata }) {
      const length = metadata.size * metadata.total_size;
      if (length === 0) return new Uint8Array();
      const pointer = length > module.MAXIMUM_MEMORY ? 0 : module._malloc(length);
      if (pointer === 0) throw new RangeError(`it has ${length} bytes, more than there is memory`);
      try {
        module.get_dataset_data(file_id, name, null, null, null, BigInt(pointer));
        return module.HEAPU8.slice(pointer, pointer + length);
      } finally {
        module._free(pointer);
      }
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      letGo();
      file.close();
      remove();
    },
  };
}

/** Lets pass what this library says of `at`; what HDF5 itself says of a broken file explains nothing. */
export function orBroken<V>(at: string, body: () => V): V {
  try {
    return body();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith(at)) throw error;
    throw new Error(`${at}: expected it whole, found it torn or broken (${message}).`, { cause: error });
  }
}

export const isGroup = (entity: unknown): entity is Group => (entity as Group | undefined)?.type === 'Group';
export const isDataset = (entity: unknown): entity is Dataset => (entity as Dataset | undefined)?.type === 'Dataset';

/** A member of a group by its path, names joined by '/'; undefined where there is none. Links are not followed. */
export function memberOf(group: Group, path: string): Entity | undefined {
  let found: Entity | undefined = group;
  for (const name of path.split('/')) {
    if (!isGroup(found) || !found.keys().includes(name)) return undefined;
    found = found.get(name) ?? undefined;
  }
  return found;
}

/** An attribute that is a text. */
export function textAttribute({ attrs }: Group, name: string): string | undefined {
  const value = Object.hasOwn(attrs, name) ? attrs[name].value : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** An attribute that is a list of texts; Keras splits a long one into `name0`, `name1` ... */
export function textsAttribute({ attrs }: Group, name: string): readonly string[] | undefined {
  const texts = (attribute: Attribute): string[] =>
    [attribute.value].flat().filter((value) => typeof value === 'string');
  if (Object.hasOwn(attrs, name)) return texts(attrs[name]);
  if (!Object.hasOwn(attrs, `${name}0`)) return undefined;
  const found: string[] = [];
  for (let i = 0; Object.hasOwn(attrs, `${name}${i}`); i++) found.push(...texts(attrs[`${name}${i}`]));
  return found;
}
