import { add, mul, reshape, rsqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { canFuseNorm, fusedNorm } from './fused-norm';

interface BatchNormConfig {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

/** Whether nothing of the layer is to train: it was frozen itself, or the net around it was. */
function isFrozen(layer: layers.Layer, hasParameters: boolean): boolean {
  return !layer.trainable || (hasParameters && layer.trainableWeights.length === 0);
}

/** `gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta`; tfjs has no gradient where one of both is missing. */
function byStatistics(layer: layers.Layer, x: Tensor, { axis, epsilon, center, scale }: BatchNormConfig): Tensor {
  const along = axis < 0 ? axis + x.rank : axis;
  const shape = x.shape.map((size, i) => (i === along ? size : 1));
  const weights = layer.weights.map((weight) => reshape(weight.read(), shape));
  const [mean, variance] = weights.slice(-2);
  const slope = rsqrt(add(variance, epsilon));
  const normalized = mul(sub(x, mean), scale ? mul(slope, weights[0]) : slope);
  return center ? add(normalized, weights[scale ? 1 : 0]) : normalized;
}

/**
 * Makes a `tf.layers.batchNormalization` train with `fusedNorm` where the backend has it and the layer normalizes the
 * last axis with offset and factor. A frozen one (`layer.trainable = false`) normalizes by its moving statistics, in
 * training too, and does not move them, as in Keras. The layer is saved as the standard one that it is.
 */
export function fuseBatchNorm(layer: layers.Layer): layers.Layer {
  const config = layer.getConfig() as unknown as BatchNormConfig;
  const { axis, momentum, epsilon, center, scale } = config;
  // The class's own, whatever was put in its place before: fusing twice is fusing once.
  const standard: layers.Layer['call'] = Object.getPrototypeOf(layer).call.bind(layer);
  layer.call = (inputs, kwargs) => {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    if (kwargs.training && isFrozen(layer, center || scale)) return tidy(() => byStatistics(layer, x, config));
    const last = axis === -1 || axis === x.rank - 1;
    if (!kwargs.training || !center || !scale || !last || !canFuseNorm(x)) return standard(inputs, kwargs);
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
