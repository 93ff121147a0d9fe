import { dispose, type TensorContainer } from '@tensorflow/tfjs-core';
import type { Batch, SourceLike, TfDataset } from '../types';
import { isRecord, kindOf } from './check-kinds';

const WANTED =
  'a function of the epoch, such as batches(dataset), batches that can be iterated, as an array can, or a dataset of tf.data';

const isTfDataset = (source: object): source is TfDataset<string> =>
  'iterator' in source && typeof source.iterator === 'function';

/** Numbers can be iterated too, and an empty typed array would pass for a source without batches. */
const canIterate = (value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> =>
  value !== null &&
  typeof value === 'object' &&
  !ArrayBuffer.isView(value) &&
  (Symbol.asyncIterator in value || Symbol.iterator in value);

/** Throws unless `source` is one that {@link openSource} opens. */
export function checkSource(source: unknown, name: string): void {
  if (Array.isArray(source) && source.length === 0) {
    throw new RangeError(`${name} must have at least 1 batch, got an empty array.`);
  }
  if (typeof source === 'function' || canIterate(source)) return;
  if (source !== null && typeof source === 'object') {
    if (isTfDataset(source)) return;
    if ('rows' in source && 'read' in source) {
      throw new TypeError(`${name} must be ${WANTED}, got a dataset; make batches of it with batches(dataset).`);
    }
  }
  throw new TypeError(`${name} must be ${WANTED}, got ${kindOf(source)}.`);
}

/** How many batches an epoch has, where that is known. */
export function stepsOf(source: SourceLike<string>): number | undefined {
  if (typeof source === 'function') return source.steps;
  if (Array.isArray(source)) return source.length;
  const { size } = source as { readonly size?: unknown };
  return typeof size === 'number' && Number.isFinite(size) ? size : undefined;
}

/** Iterators that have been read: a second epoch would find them empty. */
const read = new WeakSet<object>();

/** Throws for an iterator, which can be read but once, that has been. */
function claim(opened: object, caller: string): void {
  if (!('next' in opened)) return;
  if (read.has(opened)) {
    throw new RangeError(
      `${caller}: the source is an iterator that has been read before; give an array of batches, or a function that makes ` +
        'them anew for each epoch.',
    );
  }
  read.add(opened);
}

function isTensor(value: unknown): boolean {
  const { shape, data } = (value ?? {}) as { readonly shape?: unknown; readonly data?: unknown };
  return Array.isArray(shape) && typeof data === 'function';
}

/** Throws unless a source returned `{ x, y }` of tensors. */
function checkElement(batch: unknown, name: string): asserts batch is Batch<string> {
  if (!isRecord(batch)) throw new TypeError(`${name} must be { x, y }, got ${kindOf(batch)}.`);
  const { x, y, weight, ids } = batch as { readonly [K in keyof Batch<string>]?: unknown };
  if (!isTensor(x)) throw new TypeError(`${name} must be { x, y } with a tensor x, got ${kindOf(x)} for x.`);
  for (const [part, record] of [
    ['y', y],
    ['weight', weight ?? {}],
  ] as const) {
    if (!isRecord(record) || isTensor(record)) {
      throw new TypeError(`${name} must have tensors by the names of tasks as ${part}, got ${kindOf(record)}.`);
    }
    for (const [task, tensor] of Object.entries(record)) {
      if (tensor !== undefined && !isTensor(tensor)) {
        throw new TypeError(`${name} must have a tensor as ${part}.${task}, got ${kindOf(tensor)}.`);
      }
    }
  }
  if (ids === undefined) return;
  const samples = (batch as Batch<string>).x.shape[0];
  if (!Array.isArray(ids) || ids.some((id) => typeof id !== 'string')) {
    throw new TypeError(`${name} must have texts as ids, got ${kindOf(ids)}.`);
  }
  if (ids.length !== samples) {
    throw new RangeError(`${name} must have an id for each of its ${samples} samples, got ${ids.length}.`);
  }
}

/** An element of tf.data as a batch: `{ xs, ys }` is `{ x, y }`, and ids that were stacked are a tensor of texts. */
async function fromElement(element: unknown): Promise<unknown> {
  if (!isRecord(element)) return element;
  const { xs, ys, ...rest } = element as Readonly<Record<string, unknown>>;
  const batch = xs === undefined ? rest : { ...rest, x: xs, y: ys };
  const ids = (batch as { readonly ids?: unknown }).ids;
  if (!isTensor(ids)) return batch;
  return { ...batch, ids: [...(await (ids as { data(): Promise<ArrayLike<string> & Iterable<string>> }).data())] };
}

/** The batches of a dataset of tf.data, whose elements are whoever's reads them, as for `fitDataset`. */
async function* fromTfDataset(dataset: TfDataset<string>, caller: string): AsyncGenerator<Batch<string>> {
  const iterator = await dataset.iterator();
  for (let at = 0; ; at++) {
    const { value, done } = await iterator.next();
    if (done) return;
    try {
      const batch = await fromElement(value);
      checkElement(batch, `${caller}: element ${at} of the dataset of tf.data`);
      yield batch;
    } finally {
      dispose(value as unknown as TensorContainer);
    }
  }
}

/**
 * The batches of an epoch. They stay the source's, which disposes them or uses them again; elements of tf.data are
 * disposed when the next one is asked for.
 *
 * @throws {TypeError} for what is no source and for what is no batch.
 * @throws {RangeError} for an empty array, and for an iterator that was read before.
 */
export async function* openSource<T extends string>(
  source: SourceLike<T>,
  epoch: number,
  caller: string,
): AsyncGenerator<Batch<T>, void> {
  checkSource(source, `${caller}: the source`);
  const opened: unknown = typeof source === 'function' ? source(epoch) : source;
  if (!canIterate(opened)) {
    if (typeof source !== 'function' && isTfDataset(source)) {
      yield* fromTfDataset(source as TfDataset<string>, caller) as AsyncGenerator<Batch<T>>;
      return;
    }
    throw new TypeError(
      `${caller}: the source must return batches that can be iterated, as a generator or an array does, got ${kindOf(opened)}.`,
    );
  }
  claim(opened, caller);
  let at = 0;
  for await (const batch of opened) {
    checkElement(batch, `${caller}: batch ${at++} of the source`);
    yield batch as Batch<T>;
  }
}
