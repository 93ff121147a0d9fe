import { mul, reshape, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { canFuseNorm, fusedNorm } from './fused-norm';

interface BatchNormConfig {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/**
 * Makes a `tf.layers.batchNormalization` over the last axis train with `fusedNorm` where the backend has it. The layer
 * is saved as the standard one that it is. A layer over another axis, or without offset or factor, stays as it was.
 */
export function fuseBatchNorm(layer: layers.Layer): layers.Layer {
  const { axis, momentum, epsilon, center, scale } = layer.getConfig() as unknown as BatchNormConfig;
  if (!center || !scale) return layer;
  const standard = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    const last = axis === -1 || axis === x.rank - 1;
    if (!kwargs.training || !last || !canFuseNorm(x)) return standard(inputs, kwargs);
    return tidy(() => {
      const [gamma, beta, movingMean, movingVariance] = layer.weights;
      const groups = x.shape[x.rank - 1];
      const update = (mean: Tensor, variance: Tensor) => {
        for (const [moving, value] of [
          [movingMean, mean],
          [movingVariance, variance],
        ] as const) {
          const before = moving.read();
          moving.write(sub(before, mul(sub(before, reshape(value, [groups])), 1 - momentum)));
        }
      };
      return fusedNorm(x, gamma.read(), beta.read(), { outer: 1, groups, epsilon }, update);
    });
  };
  return layer;
}
