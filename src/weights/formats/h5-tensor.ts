import type { Dataset, Group } from 'h5wasm';
import { sizeOf, toFloats } from '../numbers';
import type { StoredTensor, StoredType, WeightPlace } from '../weight-file';
import { checkUnpacked } from './check-unpacked';
import { type H5File, isDataset, memberOf, orBroken } from './open-h5';

/** Types as Python's struct module writes them, of little-endian numbers. */
const TYPES: Readonly<Record<string, StoredType>> = {
  '<b': 'int8',
  '<B': 'uint8',
  '<h': 'int16',
  '<H': 'uint16',
  '<i': 'int32',
  '<I': 'uint32',
  '<q': 'int64',
  '<Q': 'uint64',
  '<e': 'float16',
  '<f': 'float32',
  '<d': 'float64',
};

function typeOf({ dtype, metadata }: Dataset, at: string): StoredType {
  // It would be read as zeros.
  if (metadata.virtual_sources?.length)
    throw new RangeError(`${at} lies in another file; save the weights in one file.`);
  if (typeof dtype === 'string' && Object.hasOwn(TYPES, dtype)) return TYPES[dtype];
  const found = typeof dtype === 'string' ? dtype : 'a compound';
  throw new TypeError(`${at}: expected numbers of little-endian byte order, found the type ${found}.`);
}

/** What the tensors of an HDF5 file share. */
export interface H5Context {
  readonly file: H5File;
  readonly source: string;
  /** Of the file, in bytes. */
  readonly length: number;
}

/** The dataset at `path` of a group as a tensor; undefined where there is none. */
export function h5Tensor(
  group: Group,
  path: string,
  { name, place }: { readonly name: string; readonly place: WeightPlace },
  { file, source, length }: H5Context,
): StoredTensor | undefined {
  const dataset = memberOf(group, path);
  if (!isDataset(dataset)) return undefined;
  const at = `${source}: ${name}`;
  const shape = orBroken(at, () => dataset.shape) ?? [];
  const dtype = typeOf(dataset, at);
  checkUnpacked(sizeOf(shape) * dataset.metadata.size, length, at);
  const read = (): Float32Array => orBroken(at, () => toFloats(file.bytesOf(dataset), dtype));
  return { name, shape, dtype, place, layout: 'keras', read };
}
