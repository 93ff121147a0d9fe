import type { Batch, Source } from '../types';
import { kindOf } from './check-kinds';

/** The batches of an epoch. Throws, where the caller's source is no function or returns nothing that can be iterated. */
export function openSource<T extends string>(
  source: Source<T>,
  epoch: number,
  caller: string,
): Iterable<Batch<T>> | AsyncIterable<Batch<T>> {
  const like = 'such as batches(dataset)';
  if (typeof source !== 'function') {
    throw new TypeError(`${caller}: the source must be a function of the epoch, ${like}, got ${kindOf(source)}.`);
  }
  const opened: unknown = source(epoch);
  if (opened !== null && typeof opened === 'object') {
    if (Symbol.asyncIterator in opened || Symbol.iterator in opened) {
      return opened as Iterable<Batch<T>> | AsyncIterable<Batch<T>>;
    }
  }
  throw new TypeError(
    `${caller}: the source must return batches that can be iterated, as a generator or an array does, got ${kindOf(opened)}.`,
  );
}
