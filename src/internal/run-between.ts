import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

/**
 * Computes `outputs` of a net from `values`, which stand for its tensors `from`. A net of its own can begin at inputs alone;
 * what a net's `call` runs can begin anywhere.
 */
export function runBetween(
  net: LayersModel,
  from: readonly SymbolicTensor[],
  values: Tensor[],
  outputs: readonly SymbolicTensor[],
  training: boolean,
): Tensor[] {
  return net.call.call({ inputs: from, outputs } as never, values, { training }) as Tensor[];
}
