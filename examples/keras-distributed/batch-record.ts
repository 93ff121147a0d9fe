import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from 'tfjs-multitask';

/** Where a tensor stands in the file of all numbers. */
interface Place {
  readonly offset: number;
  readonly shape: readonly number[];
}

interface PlacedBatch {
  readonly x: Place;
  readonly y: Record<string, Place>;
  readonly weight: Record<string, Place>;
}

/** Batches as one file of 32-bit floats, and where in it each tensor is: what any other program can read. */
export function batchRecord() {
  const parts: Float32Array[] = [];
  const places: PlacedBatch[] = [];
  let length = 0;
  const put = async (tensor: Tensor): Promise<Place> => {
    const values = Float32Array.from(await tensor.data());
    const place = { offset: length, shape: tensor.shape };
    parts.push(values);
    length += values.length;
    return place;
  };
  const putAll = async (tensors: Readonly<Record<string, Tensor | undefined>>) => {
    const all: Record<string, Place> = {};
    for (const [task, tensor] of Object.entries(tensors)) if (tensor !== undefined) all[task] = await put(tensor);
    return all;
  };
  return {
    places,
    async add<T extends string>({ x, y, weight = {} }: Batch<T>): Promise<void> {
      places.push({ x: await put(x), y: await putAll(y), weight: await putAll(weight) });
    },
    bytes(): Uint8Array {
      const all = new Float32Array(length);
      let at = 0;
      for (const part of parts) {
        all.set(part, at);
        at += part.length;
      }
      return new Uint8Array(all.buffer);
    },
  };
}
