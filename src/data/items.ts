import { Tensor } from '@tensorflow/tfjs-core';
import { checkNDArray, checkNotDisposed, kindOf } from '../internal/check-kinds';
import { readArray } from '../internal/values';
import type { NDArray, Values } from '../types';

/**
 * A value for each of a number of samples: a tensor, an N-D array or a typed array, whose first axis counts them; or a list
 * of a value each, where `undefined` and `null` are missing.
 */
export type Items = Tensor | NDArray | NDArray['data'] | readonly (Values | number | null | undefined)[];

/** The types of tensors whose values are numbers. */
const NUMBERS: readonly string[] = ['float32', 'int32', 'bool'];

/** Reads one value of {@link Items} at a time. */
export interface ItemReader {
  readonly length: number;
  /** False where the value is missing. */
  has(index: number): boolean;
  /** The value, of shape `[1]` where it is one number. */
  read(index: number): Promise<NDArray>;
}

const single = (value: number): NDArray => ({ data: Float32Array.of(value), shape: [1] });

function fromList(list: readonly (Values | number | null | undefined)[], name: string): ItemReader {
  const text = list.findIndex((value: unknown) => typeof value === 'string');
  if (text >= 0) {
    throw new TypeError(
      `${name}[${text}] must be a number or an array, got '${list[text]}'; number the classes, such as ['a', 'b'].indexOf(label).`,
    );
  }
  return {
    length: list.length,
    has: (index) => list[index] !== undefined && list[index] !== null,
    async read(index) {
      const value = list[index];
      if (typeof value === 'number' || typeof value === 'boolean') return single(Number(value));
      const array = await readArray(value as Values, `${name}[${index}]`);
      if (array.data.length === 0) throw new RangeError(`${name}[${index}] must hold a value, got none.`);
      return array;
    },
  };
}

function fromWhole(shape: readonly number[], load: () => Promise<NDArray['data']>): ItemReader {
  const [length, ...each] = shape;
  const inner = each.length === 0 ? [1] : each;
  const size = inner.reduce((product, n) => product * n, 1);
  // The data of a tensor are fetched once.
  let data: Promise<NDArray['data']> | undefined;
  return {
    length,
    has: () => true,
    async read(index) {
      data ??= load();
      return { data: (await data).slice(index * size, (index + 1) * size), shape: inner };
    },
  };
}

/** `name` is used in errors. */
export function readItems(items: Items, name: string): ItemReader {
  if (items instanceof Tensor) {
    if (!NUMBERS.includes(items.dtype)) {
      throw new TypeError(`${name} must hold numbers, got a tensor of ${items.dtype}.`);
    }
    if (items.rank === 0) throw new RangeError(`${name} must have an axis of samples, got a single number.`);
    checkNotDisposed(items, name);
    return fromWhole(items.shape, async () => {
      checkNotDisposed(items, `${name} is first needed now, and`);
      return (await items.data()) as NDArray['data'];
    });
  }
  if (ArrayBuffer.isView(items)) return fromWhole([items.length], async () => items as NDArray['data']);
  if (Array.isArray(items)) return fromList(items, name);
  const whole = items as NDArray | null | undefined;
  if (ArrayBuffer.isView(whole?.data) && whole.shape === undefined) {
    throw new TypeError(`${name}: shape is missing; write { data, shape: [samples, ...] }.`);
  }
  if (whole === null || typeof whole !== 'object' || !ArrayBuffer.isView(whole.data) || !Array.isArray(whole.shape)) {
    throw new TypeError(
      `${name} must be a tensor, a typed array, { data, shape } or a list of values, got ${kindOf(items)}.`,
    );
  }
  checkNDArray(whole, name);
  const size = whole.shape.reduce((product, n) => product * n, 1);
  if (whole.shape.length === 0 || size !== whole.data.length) {
    throw new RangeError(`${name}: shape [${whole.shape}] needs ${size} values, got ${whole.data.length}.`);
  }
  return fromWhole(whole.shape, async () => whole.data);
}
