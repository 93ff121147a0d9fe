import { gather, type View } from '../gather';
import { BYTES, sizeOf, toFloats } from '../numbers';
import type { StoredTensor, StoredType, WeightFile } from '../weight-file';
import { type Allowed, unpickle } from './unpickle';
import { withoutCounters } from './without-counters';
import { listZip, readZip } from './zip';

/** Where the numbers of tensors lie; several may share one. */
interface Storage {
  readonly kind: 'storage';
  readonly dtype: StoredType;
  readonly key: string;
  /** Numbers, not bytes. */
  readonly length: number;
}

/** A view of a storage. */
interface TorchTensor extends View {
  readonly kind: 'tensor';
  readonly storage: Storage;
}

const STORAGES: Readonly<Record<string, StoredType>> = {
  'torch.FloatStorage': 'float32',
  'torch.DoubleStorage': 'float64',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
};

/** The keys under which programs put a state dict beside other things. */
const STATE_DICTS = ['state_dict', 'model_state_dict', 'model', 'params', 'net'];
/** A pickle of the number by which torch told its own files before it wrote zip archives. */
const MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
const MOST_AXES = 16;

/** Whether a file begins as torch wrote before version 1.6. */
export function isLegacyTorch(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, i) => bytes[i] === byte);
}

const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every((n) => Number.isSafeInteger(n) && n >= 0);

const isOf = (value: unknown, kind: 'storage' | 'tensor'): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, 'kind') && (value as Storage).kind === kind;

/** What a state dict calls. New functions for each file, since a pickle can put members on them. */
function allowedIn(): Allowed {
  return {
    'collections.OrderedDict': () => new Map(),
    'torch._utils._rebuild_tensor_v2': (storage: unknown, offset: unknown, shape: unknown, strides: unknown) => {
      const isGood = isOf(storage, 'storage') && isCounts([offset]) && isCounts(shape) && isCounts(strides);
      if (!isGood || (shape as []).length !== (strides as []).length) throw new Error('expected a tensor, found none');
      return Object.freeze({ kind: 'tensor', storage, offset, shape, strides });
    },
    'torch._utils._rebuild_parameter': (tensor: unknown) => tensor,
    ...Object.fromEntries(
      Object.keys(STORAGES).map((name) => [name, Object.assign(() => undefined, { storage: name })]),
    ),
  };
}

/** The storage that a persistent id `['storage', type, key, device, length]` names. */
function storageOf([kind, type, key, , length]: readonly unknown[]): Storage {
  const name = typeof type === 'function' ? (type as { storage?: unknown }).storage : undefined;
  if (kind !== 'storage' || typeof name !== 'string' || !Object.hasOwn(STORAGES, name)) {
    throw new Error('expected a storage, found something else');
  }
  if (typeof key !== 'string' || !isCounts([length])) throw new Error('expected a storage with a name and a length');
  return Object.freeze({ kind: 'storage', dtype: STORAGES[name], key, length: length as number });
}

/** How many numbers of its storage a tensor reaches over. */
function reach({ offset, shape, strides }: TorchTensor): number {
  if (sizeOf(shape) === 0) return 0;
  return shape.reduce((end, n, axis) => end + (n - 1) * strides[axis], offset) + 1;
}

/** No view of a storage has more numbers than it; one made by strides of 0 could have any number of them. */
function checkTensor(tensor: TorchTensor, bytes: Uint8Array | undefined, at: string): void {
  const { storage, shape } = tensor;
  if (bytes === undefined) throw new Error(`${at}: expected the storage '${storage.key}', found none.`);
  if (bytes.length < storage.length * BYTES[storage.dtype]) {
    const expected = storage.length * BYTES[storage.dtype];
    throw new RangeError(`${at}: expected ${expected} bytes in storage '${storage.key}', found ${bytes.length}.`);
  }
  if (reach(tensor) <= storage.length && sizeOf(shape) <= storage.length) return;
  throw new RangeError(`${at}: [${shape}] lies outside of its storage of ${storage.length} numbers.`);
}

/** The state dict in what was saved: itself, or in a checkpoint. */
function stateDict(saved: unknown, source: string): ReadonlyMap<unknown, unknown> {
  if (saved instanceof Map) {
    if ([...saved.values()].some((value) => isOf(value, 'tensor'))) return saved;
    for (const key of STATE_DICTS) {
      const inside: unknown = saved.get(key);
      if (inside instanceof Map && [...inside.values()].some((value) => isOf(value, 'tensor'))) return inside;
    }
  }
  const keys = saved instanceof Map ? [...saved.keys()].filter((key) => typeof key === 'string').slice(0, 5) : [];
  throw new TypeError(
    `${source}: expected a state dict, or a checkpoint with one as '${STATE_DICTS.join("', '")}', found ` +
      `${keys.length > 0 ? `the keys ${keys.join(', ')}` : 'something else'}; save model.state_dict().`,
  );
}

type ReadStorage = (key: string) => Uint8Array | undefined;

function tensorsOf(saved: unknown, storages: ReadStorage, source: string): Pick<WeightFile, 'tensors' | 'besides'> {
  const tensors: StoredTensor[] = [];
  const besides: string[] = [];
  for (const [name, value] of stateDict(saved, source)) {
    if (typeof name !== 'string')
      throw new TypeError(`${source}: expected names in the state dict, found another key.`);
    if (!isOf(value, 'tensor')) {
      besides.push(name);
      continue;
    }
    const tensor = value as TorchTensor;
    const { storage, shape } = tensor;
    const bytes = storages(storage.key);
    checkTensor(tensor, bytes, `${source}: ${name}`);
    const read = (): Float32Array => {
      const [from, to] = [tensor.offset, Math.max(tensor.offset, reach(tensor))].map((n) => n * BYTES[storage.dtype]);
      return gather(toFloats((bytes as Uint8Array).subarray(from, to), storage.dtype), { ...tensor, offset: 0 });
    };
    tensors.push({ name, shape, dtype: storage.dtype, layout: 'torch', read });
  }
  const without = withoutCounters(tensors);
  return { tensors: without.tensors, besides: [...besides, ...without.besides] };
}

/** Adds the file's name to what the unpickler says. */
function named<V>(source: string, body: () => V): V {
  try {
    return body();
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith(source)) throw error;
    throw new Error(`${source}: expected a state dict of PyTorch: ${message.replace(/\.$/, '')}.`, { cause: error });
  }
}

/** The folder in which a torch archive keeps everything; undefined where an archive is none of torch. */
export function torchFolder(names: ReadonlySet<string>): string | undefined {
  return [...names].find((name) => name.endsWith('/data.pkl') || name === 'data.pkl')?.slice(0, -'data.pkl'.length);
}

/**
 * Reads the state dict that `torch.save` wrote in version 1.6 or later: a zip archive.
 *
 * @throws {Error} that names the file for a torn archive, and for a pickle that asks for more than tensors.
 */
export function readTorchZip(bytes: Uint8Array, source: string): WeightFile {
  const names = listZip(bytes, source);
  const folder = torchFolder(names);
  const files = readZip(bytes, source, (name) => folder !== undefined && name.startsWith(folder));
  const order = files.get(`${folder}byteorder`);
  if (order !== undefined && new TextDecoder().decode(order) !== 'little') {
    throw new RangeError(`${source}: expected numbers of little-endian byte order, found another.`);
  }
  const pickle = files.get(`${folder}data.pkl`) ?? new Uint8Array();
  const { value } = named(source, () => unpickle(pickle, allowedIn(), storageOf));
  const read: ReadStorage = (key) => files.get(`${folder}data/${key}`);
  return { format: 'torch', source, ...tensorsOf(value, read, source), close: () => undefined };
}

/**
 * Reads the state dict that `torch.save` wrote before version 1.6: pickles, then the storages.
 *
 * @throws {Error} that names the file for a torn file, and for a pickle that asks for more than tensors.
 */
export function readLegacyTorch(bytes: Uint8Array, source: string): WeightFile {
  let at = MAGIC.length;
  const next = (): unknown => {
    const { value, end } = named(source, () => unpickle(bytes.subarray(at), allowedIn(), storageOf));
    at += end;
    return value;
  };
  const used = new Map<string, Storage>();
  const version = next();
  if (version !== 1001) throw new RangeError(`${source}: expected version 1001 of torch's format, found another.`);
  next(); // sizes of numbers on the machine that wrote it
  const { value: saved, end } = named(source, () =>
    unpickle(bytes.subarray(at), allowedIn(), (id) => {
      const storage = storageOf(id);
      used.set(storage.key, storage);
      // A view of another storage, as torch wrote them before version 0.4.
      if (id[5] !== undefined && id[5] !== null) throw new Error('refused: it has views of storages');
      return storage;
    }),
  );
  at += end;
  const keys = next();
  if (!Array.isArray(keys)) throw new TypeError(`${source}: expected the list of storages, found none.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? used.get(key) : undefined;
    if (storage === undefined || at + 8 > bytes.length) throw new RangeError(`${source}: the file is torn.`);
    const length = Number(view.getBigUint64(at, true)) * BYTES[storage.dtype];
    at += 8;
    if (at + length > bytes.length) {
      throw new RangeError(
        `${source}: expected ${length} bytes of numbers at byte ${at}, found ${bytes.length - at}: the file is torn.`,
      );
    }
    storages.set(storage.key, bytes.subarray(at, at + length));
    at += length;
  }
  return { format: 'torch', source, ...tensorsOf(saved, (key) => storages.get(key), source), close: () => undefined };
}
