import { mul, reshape, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { canFuseNorm, fusedNorm } from './fused-norm';

interface BatchNormArgs {
  readonly name: string;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * `tf.layers.batchNormalization` over the last axis, which trains by `fusedNorm` where the backend can. It is saved as the
 * standard layer that it is, and a model loaded from there computes the same by ops.
 */
export function batchNorm({ name, momentum, epsilon }: BatchNormArgs): layers.Layer {
  const layer = layers.batchNormalization({ name, momentum, epsilon });
  const standard = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    if (!kwargs.training || !canFuseNorm(x)) return standard(inputs, kwargs);
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
