import { sha256 } from '@noble/hashes/sha2';
import { getBackend, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { inOrder } from '../../internal/in-order';
import { weightVariables } from '../../internal/layer-weights';
import { eventLoopYielder } from '../../internal/yield';
import type { NDArray } from '../../types';

type Layer = LayersModel['layers'][number];

/** Raised where the same key would stand for other numbers. */
const FORMAT = 'features 1';

/** What a layer computes does not depend on these options. */
const WITHOUT_EFFECT = /^(name|trainable|dtype)$|(Initializer|Regularizer|Constraint)$/;

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const bytesOf = (array: NDArray['data']): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** The graph that leads to `outputs`, as text, and its layers. Names of layers are left out: they compute nothing. */
function readGraph(outputs: readonly SymbolicTensor[]): { readonly text: string; readonly layers: readonly Layer[] } {
  const tensors = inOrder(outputs);
  const places = new Map(tensors.map((x, i) => [x, i]));
  const layers = [...new Set(tensors.map(({ sourceLayer }) => sourceLayer))];
  const graph = {
    layers: layers.map((layer) => [layer.getClassName(), layer.getConfig()]),
    tensors: tensors.map(({ sourceLayer, inputs, callArgs, outputTensorIndex = 0 }) => [
      layers.indexOf(sourceLayer),
      inputs.map((from) => places.get(from)),
      callArgs ?? null,
      outputTensorIndex,
    ]),
    outputs: outputs.map((x) => places.get(x)),
  };
  const text = JSON.stringify(graph, (key, value) => (WITHOUT_EFFECT.test(key) ? undefined : value));
  return { text, layers };
}

/**
 * A SHA-256 of all that the values of some tensors of a net depend on but the input: the layers that lead to them, their weights,
 * the backend.
 */
export async function digestOfNet(outputs: readonly SymbolicTensor[]): Promise<string> {
  const { text, layers } = readGraph(outputs);
  const hash = sha256.create().update(new TextEncoder().encode(`${FORMAT}\n${getBackend()}\n${text}\n`));
  const pause = eventLoopYielder();
  for (const variable of weightVariables({ layers } as LayersModel) as Variable[]) {
    hash.update(new TextEncoder().encode(`[${variable.shape}]`)).update(bytesOf(await variable.data<'float32'>()));
    await pause();
  }
  return hex(hash.digest());
}

/** A SHA-256 of an image, behind what else its features depend on. */
export function digestOfImage({ data, shape }: NDArray, others: readonly string[]): string {
  const hash = sha256.create().update(new TextEncoder().encode(`${others.join('\n')}\n[${shape}]`));
  return hex(hash.update(bytesOf(data)).digest());
}
