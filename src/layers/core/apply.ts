import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checkBackend } from '../../internal/check-backend';

/** Adds `layer` to the graph behind `input`: `Layer.apply` with the only type that building a model needs. */
export function apply(layer: layers.Layer, input: SymbolicTensor | SymbolicTensor[]): SymbolicTensor {
  checkBackend(`layer '${layer.name}'`);
  return layer.apply(input) as SymbolicTensor;
}
